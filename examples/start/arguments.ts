// What programs here are started with: nothing, or a picture that is to be drawn.

import { parseArgs } from 'node:util';
import { checkTarget } from 'spikeline/files';

/**
 * Reads what a program was started with, and gives the file of its picture. Ends the program by `--help`, and with what it takes if it was
 * given anything else, before any work is done.
 */
export function readArguments(program: string, takes?: 'picture'): string | undefined {
  const usage = `npx tsx --conditions @spikeline/source examples/${program}${takes === 'picture' ? ' [--picture FILE.svg]' : ''}\n`;
  let asked: { readonly help?: boolean; readonly picture?: string };
  try {
    const options = { help: { type: 'boolean' }, picture: { type: 'string' } } as const;
    asked = parseArgs({ args: process.argv.slice(2), options }).values;
    if (asked.picture !== undefined) {
      if (takes !== 'picture') throw new Error(`${program} draws no picture`);
      checkTarget(asked.picture);
    }
  } catch (cause) {
    process.stderr.write(`${(cause as Error).message}\n${usage}`);
    process.exit(2);
  }
  if (asked.help !== true) return asked.picture;
  process.stdout.write(usage);
  process.exit(0);
}
