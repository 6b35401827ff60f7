#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
import { runOnNode } from '@stage0-ts/host/node';
import { m2Planet } from '../program.ts';

runOnNode('M2-Planet', m2Planet);
