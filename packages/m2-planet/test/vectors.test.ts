// SPDX-License-Identifier: GPL-3.0-or-later
import { m2Planet, m2PlanetFor } from '@stage0-ts/m2-planet';
import { vectorSuite } from '@stage0-ts/vectors';
import knownDifferences from '../known-differences.json' with { type: 'json' };

vectorSuite('M2-Planet', m2Planet, { atLeast: 115, knownDifferences });
vectorSuite('M2-Planet', m2PlanetFor('01a9ea5'), {
  release: '01a9ea5',
  atLeast: 65,
  knownDifferences,
});
