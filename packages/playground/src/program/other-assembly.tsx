// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The same C program as assembly of another architecture: to look at, since the machine is an i386.
 */
import type { Source } from '@stage0-ts/diagnostics';
import { useState } from 'preact/hooks';
import { assemblyFor, OTHER_ARCHITECTURES } from './translate.ts';

export function OtherAssembly({ source }: { source: Source }) {
  const [chosen, choose] = useState('');
  const architecture = OTHER_ARCHITECTURES.find((name) => name === chosen);
  return (
    <>
      <label>
        Assembly for{' '}
        <select value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
          <option value="">x86, as above</option>
          {OTHER_ARCHITECTURES.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {architecture !== undefined && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable
        <pre class="text" role="region" aria-label={`Assembly for ${architecture}`} tabIndex={0}>
          {assemblyFor(architecture, source)}
        </pre>
      )}
    </>
  );
}
