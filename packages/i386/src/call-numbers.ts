// SPDX-License-Identifier: GPL-3.0-or-later
/** Numbers of system calls that more than the table in syscalls.ts needs to know. */

export const EXIT = 1;
export const READ = 3;
export const WRITE = 4;
export const BRK = 45;
