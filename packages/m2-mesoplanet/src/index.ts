// SPDX-License-Identifier: GPL-3.0-or-later
/** M2-Mesoplanet: the preprocessor and driver over M2-Planet, blood-elf, M1 and hex2. */
export { type Preprocessed, type PreprocessOptions, preprocess } from './preprocess.ts';
export { m2Mesoplanet } from './program.ts';
