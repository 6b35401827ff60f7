#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
import { runOnNode } from '@stage0-ts/host/node';
import { ccX86 } from '../program.ts';

runOnNode('cc_x86', ccX86);
