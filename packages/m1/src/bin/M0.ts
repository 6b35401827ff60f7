#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
import { runOnNode } from '@stage0-ts/host/node';
import { M0 } from '../m0-program.ts';

runOnNode('M0', M0);
