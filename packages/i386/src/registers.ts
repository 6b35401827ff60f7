// SPDX-License-Identifier: GPL-3.0-or-later
/** Numbers of the registers, as instructions encode them. */
export const EAX = 0;
export const ECX = 1;
export const EDX = 2;
export const EBX = 3;
export const ESP = 4;
export const EBP = 5;
export const ESI = 6;
export const EDI = 7;

/** The names of the registers, by number. */
export const REGISTER_NAMES: readonly string[] = 'eax ecx edx ebx esp ebp esi edi'.split(' ');
