#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
import { runOnNode } from '@stage0-ts/host/node';
import { hex1 } from '../program.ts';

runOnNode('hex1', hex1);
