// SPDX-License-Identifier: GPL-3.0-or-later
/** What pages/plugin.ts makes at build time. */
declare module 'virtual:search-entries' {
  const entries: import('../../pages/search-entries.ts').SearchEntry[];
  export default entries;
}
