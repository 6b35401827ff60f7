#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
import { runOnNode } from '@stage0-ts/host/node';
import { hex2_0 } from '../hex2-0-program.ts';

runOnNode('hex2-0', hex2_0);
