// SPDX-License-Identifier: GPL-3.0-or-later
/** Where a tree is dropped or chosen. A new one replaces the tree that is being built. */
import { useState } from 'preact/hooks';
import { ChooseFiles, dropOn } from '../shared/file-drop.tsx';
import { ladderFiles } from './ladder.ts';
import type { Request } from './protocol.ts';

export interface DropZoneProps {
  /** True when the page already shows something else. */
  readonly small: boolean;
  readonly onTree: (name: string, request: Request) => void;
  readonly onFailure: (message: string) => void;
}

export function DropZone({ small, onTree, onFailure }: DropZoneProps) {
  const [over, setOver] = useState(false);
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    const { name } = file;
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      onTree(name, { kind: 'check', name, bytes });
    } catch {
      onFailure(`${name} cannot be read. If it is a folder, pack it into a .tar first.`);
    }
  };
  const classes = ['drop', small && 'small', over && 'over'];
  const target = dropOn(([file]) => {
    setOver(false);
    take(file);
  });
  return (
    <section
      class={classes.filter(Boolean).join(' ')}
      aria-label="Tree"
      {...target}
      onDragEnter={() => setOver(true)}
      onDragLeave={() => setOver(false)}
    >
      <p>
        {small ? 'Drop another tree here' : <DropHere />}, or{' '}
        <ChooseFiles
          text="choose a file"
          accept=".gz,.tgz,.xz,.bz2,.tar"
          take={([file]) => take(file)}
        />{' '}
        <button
          type="button"
          onClick={async () =>
            onTree('the small tree', { kind: 'ladder', files: await ladderFiles() })
          }
        >
          Try a small tree
        </button>
      </p>
      {!small && (
        <p>
          It is built twice, by our ports and by its own binaries in the i386 machine, and every
          file is compared: for upstream's release that takes about 20 seconds. It does not leave
          this computer.
        </p>
      )}
    </section>
  );
}

function DropHere() {
  return (
    <>
      Drop{' '}
      <a href="https://github.com/oriansj/stage0-posix/releases/tag/Release_1.9.1">
        stage0-posix-1.9.1.tar.gz
      </a>{' '}
      here
    </>
  );
}
