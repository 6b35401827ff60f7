#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
import { runOnNode } from '@stage0-ts/host/node';
import { M1 } from '../program.ts';

runOnNode('M1', M1);
