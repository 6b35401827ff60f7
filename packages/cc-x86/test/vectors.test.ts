// SPDX-License-Identifier: GPL-3.0-or-later
import { ccX86, ccX86For } from '@stage0-ts/cc-x86';
import { vectorSuite } from '@stage0-ts/vectors';
import knownDifferences from '../known-differences.json' with { type: 'json' };

vectorSuite('cc_x86', ccX86, { atLeast: 90, knownDifferences });
vectorSuite('cc_x86', ccX86For('1.6.0'), { release: '1.6.0', atLeast: 20, knownDifferences });
