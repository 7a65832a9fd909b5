/** Checks of what the functions of this room are given. */
import { bytes, type Check, listOf, refuse, text } from '../options.ts';
import { problem, within } from '../problems.ts';

/** Checks what a file is to hold. */
const content: Check = (value) => (typeof value === 'string' ? [] : bytes(value));

/** Checks paths of files that are read. */
export const paths: Check = listOf(text);

/** Refuses what is no path, and inputs that are none. */
export function refusePaths(path: string, inputs: readonly string[]): void {
  refuse('no file can be written', () => [
    ...within('path', text(path)),
    ...within('inputs', paths(inputs)),
  ]);
}

/** Refuses what is no map of paths to contents. */
export function refuseFiles(files: ReadonlyMap<string, string | Uint8Array>): void {
  const needed = 'a Map of contents by path is needed';
  refuse('no file can be written', () =>
    files instanceof Map
      ? [...files].flatMap(([path, own]) => [
          ...within('path', text(path)),
          ...within(`files.${path}`, content(own)),
        ])
      : [problem('files', 'wrong-type', files, needed)],
  );
}
