// SPDX-License-Identifier: GPL-3.0-or-later
export declare const hasChromium: boolean;
export declare const NO_CHROMIUM: string;
export declare const CHROMIUM: { readonly executablePath: string; readonly args: string[] };
