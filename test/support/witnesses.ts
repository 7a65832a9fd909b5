/** Tests that ask libraries of others, in Python: `.ci/witnesses.txt` lists them. */
import { describe } from 'vitest';

/** The Python that has them, the first of `SPIKELINE_PYTHON`; undefined if none is named. */
export const python: string | undefined =
  process.env['SPIKELINE_PYTHON']?.split(',')[0] || undefined;

if (python === undefined && process.env['SPIKELINE_WITNESSES'] === 'required') {
  throw new Error('SPIKELINE_PYTHON names no Python, and SPIKELINE_WITNESSES says that it must');
}

/** Groups tests that need them; without them they are skipped, and say so. */
export const withWitnesses: typeof describe.skip =
  python === undefined
    ? (((name: string, tests: () => void) =>
        describe.skip(`${name} (skipped: SPIKELINE_PYTHON names no Python)`, tests)) as never)
    : (describe as never);
