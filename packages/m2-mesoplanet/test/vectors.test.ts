// SPDX-License-Identifier: GPL-3.0-or-later
import { bloodElf } from '@stage0-ts/blood-elf';
import { hex2 } from '@stage0-ts/hex2';
import { M1 } from '@stage0-ts/m1';
import { m2Mesoplanet } from '@stage0-ts/m2-mesoplanet';
import { m2Planet } from '@stage0-ts/m2-planet';
import { catm, match } from '@stage0-ts/mescc-tools-extra';
import { vectorSuite } from '@stage0-ts/vectors';
import knownDifferences from '../known-differences.json' with { type: 'json' };

/** What the driver starts; match serves as a program that fails. */
const programs = { 'blood-elf': bloodElf, 'M2-Planet': m2Planet, M1, catm, hex2, match };

vectorSuite('M2-Mesoplanet', m2Mesoplanet, { atLeast: 110, programs, knownDifferences });
