#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
import { runOnNode } from '@stage0-ts/host/node';
import { m2Mesoplanet } from '../program.ts';

runOnNode('M2-Mesoplanet', m2Mesoplanet);
