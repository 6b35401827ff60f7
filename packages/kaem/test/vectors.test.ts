// SPDX-License-Identifier: GPL-3.0-or-later
import { hex0 } from '@stage0-ts/hex0';
import { kaem, kaemMinimal } from '@stage0-ts/kaem';
import { match } from '@stage0-ts/mescc-tools-extra';
import { vectorSuite } from '@stage0-ts/vectors';
import knownDifferences from '../known-differences.json' with { type: 'json' };

const programs = { hex0, kaem, 'kaem-minimal': kaemMinimal, match };

vectorSuite('kaem-minimal', kaemMinimal, { atLeast: 60, programs, knownDifferences });
vectorSuite('kaem', kaem, { atLeast: 60, programs, knownDifferences });
