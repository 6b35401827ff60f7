// SPDX-License-Identifier: GPL-3.0-or-later
import { bloodElf } from '@stage0-ts/blood-elf';
import { vectorSuite } from '@stage0-ts/vectors';
import knownDifferences from '../known-differences.json' with { type: 'json' };

vectorSuite('blood-elf', bloodElf, { atLeast: 60, knownDifferences });
