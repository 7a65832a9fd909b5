import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Makes an empty folder, which goes when the tests of its file have ended. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spikeline-'));
  folders.push(folder);
  return folder;
}
