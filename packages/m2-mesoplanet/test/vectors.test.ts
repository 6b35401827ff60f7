// SPDX-License-Identifier: GPL-3.0-or-later
import { m2Mesoplanet } from '@stage0-ts/m2-mesoplanet';
import { vectorSuite } from '@stage0-ts/vectors';
import knownDifferences from '../known-differences.json' with { type: 'json' };

vectorSuite('M2-Mesoplanet', m2Mesoplanet, { atLeast: 25, knownDifferences });
