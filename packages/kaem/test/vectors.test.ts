// SPDX-License-Identifier: GPL-3.0-or-later
import { hex0 } from '@stage0-ts/hex0';
import { kaem, kaemMinimal } from '@stage0-ts/kaem';
import { vectorSuite } from '@stage0-ts/vectors';
import knownDifferences from '../known-differences.json' with { type: 'json' };

const programs = { hex0, kaem, 'kaem-minimal': kaemMinimal };

vectorSuite('kaem-minimal', kaemMinimal, { atLeast: 25, programs, knownDifferences });
vectorSuite('kaem', kaem, { atLeast: 25, programs, knownDifferences });
