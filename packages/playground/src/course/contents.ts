// SPDX-License-Identifier: GPL-3.0-or-later
/** The first page of the course. */
import { markSolved } from './overview.ts';

markSolved();
