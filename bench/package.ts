import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { repetitions, sample } from './measure.ts';
import { type BenchRow, row } from './rows.ts';

const execute = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));

/** Prints what importing costs, milliseconds of CPU, and the values that are imported. */
const program = `
const before = process.cpuUsage();
const names = Object.keys(await import('spikeline')).length;
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify([(user + system) / 1000, names]));
`;

/** Installs the packed library into an empty folder, and measures there what a stranger gets. */
async function inFolder(folder: string, note: (text: string) => void): Promise<BenchRow[]> {
  note('packing and installing');
  await execute('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root });
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  await writeFile(join(folder, 'import.js'), program);
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  const quiet = ['--silent', '--no-audit', '--no-fund', '--prefer-offline'];
  await execute('npm', ['install', ...quiet, `./spikeline-${version}.tgz`], { cwd: folder });
  const { stdout: size } = await execute('du', ['-sm', 'node_modules'], { cwd: folder });
  note('importing');
  const taken: number[] = [];
  let names = 0;
  // The first import finds the files on disk; it does not count.
  for (let round = 0; round <= repetitions; round++) {
    const { stdout } = await execute(process.execPath, ['import.js'], { cwd: folder });
    const [milliseconds, count] = JSON.parse(stdout) as [number, number];
    if (round > 0) taken.push(milliseconds);
    names = count;
  }
  const { median, low, high } = sample(taken);
  return [
    row('package.megabytes', Number.parseInt(size, 10), 'MB', '<= 25'),
    row('package.import.milliseconds', median, 'ms of CPU', '<= 150', { low, high }),
    row('package.names', names, 'values', '<= 70'),
  ];
}

/** What installing and importing the library alone costs. */
export async function packaged(note: (text: string) => void): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'spikeline-package-'));
  try {
    return await inFolder(folder, note);
  } finally {
    await rm(folder, { recursive: true });
  }
}
