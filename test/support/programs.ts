/** Programs that tests start as processes of their own. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The programs, by their paths from the root: each is bundled once for all tests of a run. */
export const programs: readonly string[] = [
  'cli/main.ts',
  'test/devices/bridge/left-behind.ts',
  'test/devices/usb/decode.ts',
  'test/kernel/left-training.ts',
  'test/loop/killed-session.ts',
  'test/usb-emulator/session.ts',
];

/** Name of the bundle of a program. */
export function bundleName(path: string): string {
  return path.slice(0, -'.ts'.length).replaceAll('/', '-');
}

/**
 * What Node is given to run a program: its bundle, which starts in a fourth of the time, or its source where there is none, as in a
 * bench.
 *
 * @param path path from the root, one of {@link programs}
 */
export function program(path: string, ...args: readonly string[]): string[] {
  const folder = process.env['SPIKELINE_PROGRAMS'];
  const bundle = folder === undefined ? '' : join(folder, `${bundleName(path)}.js`);
  if (existsSync(bundle)) return [bundle, ...args];
  return ['--import', 'tsx', '--conditions=@spikeline/source', join(root, path), ...args];
}
