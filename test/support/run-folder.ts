/** A folder for all that the tests of a run write: Vitest calls this before the first of them and after the last. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let own: string | undefined;

/** Makes it, unless another group of tests has. */
export function setup(): void {
  if (process.env['SPIKELINE_RUN_FOLDER'] !== undefined) return;
  own = mkdtempSync(join(tmpdir(), 'spikeline-run-'));
  process.env['SPIKELINE_RUN_FOLDER'] = own;
}

/** Removes it. */
export function teardown(): void {
  if (own !== undefined) rmSync(own, { recursive: true, force: true });
}
