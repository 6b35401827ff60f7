#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
import { runOnNode } from '@stage0-ts/host/node';
import { hex2 } from '../program.ts';

runOnNode('hex2', hex2);
