#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
import { runOnNode } from '@stage0-ts/host/node';
import { kaemMinimal } from '../minimal-program.ts';

runOnNode('kaem-minimal', kaemMinimal);
