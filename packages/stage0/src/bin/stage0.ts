#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
import { main } from '../node/main.ts';

await main();
