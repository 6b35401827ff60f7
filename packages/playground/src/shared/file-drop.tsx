// SPDX-License-Identifier: GPL-3.0-or-later
/** Files that a reader drops on a part of the page, or chooses. They are not sent anywhere. */

/** Takes files; without any it does nothing. */
export type TakeFiles = (files: readonly File[]) => void;

/** Handlers that make an element a place to drop files on. */
export function dropOn(take: TakeFiles) {
  return {
    onDragOver: (event: DragEvent) => event.preventDefault(),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      take([...(event.dataTransfer?.files ?? [])]);
    },
  };
}

export interface ChooseFilesProps {
  /** What the button says. */
  readonly text: string;
  /** Ends of names to show; default: all files. */
  readonly accept?: string;
  readonly multiple?: boolean;
  readonly take: TakeFiles;
}

/** A button, in the middle of a sentence, to choose files. */
export function ChooseFiles({ text, accept, multiple = false, take }: ChooseFilesProps) {
  return (
    <label class="button">
      {text}
      <input
        type="file"
        multiple={multiple}
        {...(accept !== undefined && { accept })}
        onChange={({ currentTarget }) => {
          take([...(currentTarget.files ?? [])]);
          currentTarget.value = ''; // so that the same can be chosen again
        }}
      />
    </label>
  );
}
