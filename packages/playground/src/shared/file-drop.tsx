// SPDX-License-Identifier: GPL-3.0-or-later
/** Files that a reader drops on a part of the page, or chooses. They are not sent anywhere. */

/** Receives files; an empty list changes nothing. */
export type TakeFiles = (files: readonly File[]) => void;

/** Handlers that let the user drop files on an element. */
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
  /** The text of the button. */
  readonly text: string;
  /** The file name endings to show; default: all files. */
  readonly accept?: string;
  readonly multiple?: boolean;
  readonly take: TakeFiles;
}

/** A button in the middle of a sentence, for choosing files. */
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
          currentTarget.value = ''; // so that the user can choose the same file again
        }}
      />
    </label>
  );
}
