import { Writable } from 'node:stream';
import { run, type StopSignal } from 'spikeline-cli';
import { expect, it } from 'vitest';
import { emptyFolder } from '#test/support/folders';

/** What hides the cursor and stops lines from wrapping on a terminal, and what takes that back. */
const [hide, show, cut, wrap] = ['\u001b[?25l', '\u001b[?25h', '\u001b[?7l', '\u001b[?7h'];

it.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('a terminal is as before after %s in the middle of a bar', async (signal, expected) => {
  let drawn = '';
  const listeners = new Set<(signal: StopSignal) => void>();
  const bars = Object.assign(
    new Writable({
      write(text: Buffer, _, done) {
        const before = drawn.includes('training');
        drawn += text.toString();
        if (!before && drawn.includes('training')) {
          setImmediate(() => {
            for (const listener of [...listeners]) listener(signal);
          });
        }
        done();
      },
    }),
    { isTTY: true, columns: 120, rows: 24 },
  ) as unknown as NodeJS.WriteStream;
  const words = ['frozen-noise', '--epochs', '10000000', '--tests', '1', '--out', emptyFolder()];
  const code = await run(words, {
    out: () => {},
    err: () => {},
    bars,
    onStop(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  });
  expect(code).toBe(expected);
  expect(drawn).toContain(hide);
  expect(drawn.lastIndexOf(show)).toBeGreaterThan(drawn.lastIndexOf(hide));
  expect(drawn.lastIndexOf(wrap)).toBeGreaterThanOrEqual(drawn.lastIndexOf(cut));
});
