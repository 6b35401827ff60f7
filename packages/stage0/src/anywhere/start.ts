// SPDX-License-Identifier: GPL-3.0-or-later
/** The first line that `stage0.js` runs. */
import { main } from './main.ts';

main();
