import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes an empty folder, which goes when the tests of the run have ended. */
export function emptyFolder(): string {
  return mkdtempSync(join(process.env['SPIKELINE_RUN_FOLDER'] ?? tmpdir(), 'spikeline-'));
}
