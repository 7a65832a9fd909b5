import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Room {
  readonly room: string;
  readonly what: string;
  readonly may: readonly string[];
}

const rooms = JSON.parse(readFileSync('boundaries.json', 'utf8')) as readonly Room[];

/** Rules that a small tree of files breaks, one for each import that is refused. */
function broken(files: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'spikeline-boundaries-'));
  try {
    writeFileSync(join(folder, 'tsconfig.json'), '{}');
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const { stdout } = spawnSync(
      process.execPath,
      [
        resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
        ...['--config', resolve('.dependency-cruiser.mjs'), '--output-type', 'json', '.'],
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    const { summary } = JSON.parse(stdout) as {
      summary: { violations: { rule: { name: string }; from: string; to: string }[] };
    };
    return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the boundaries', () => {
  it('refuse imports against the table, circles of types, and ways around the public names', () => {
    const found = broken({
      'src/a.ts': "import type { B } from './b.ts';\nexport type A = B | 1;\n",
      'src/b.ts': "import type { A } from './a.ts';\nexport type B = A | 2;\n",
      'src/events/raster.ts': "import type { C } from '../kernel/c.ts';\nexport type D = C;\n",
      'src/kernel/c.ts': "import type { A } from '../a.ts';\nexport type C = A;\n",
      'src/train/files.ts': "export { readFileSync } from 'node:fs';\n",
      'operators/one.ts': "export { two } from '../sinks/two.ts';\n",
      'sinks/two.ts': "export { a } from '../src/missing.ts';\n",
      'cli/main.ts': "export type { A } from '../index.ts';\n",
      'index.ts': "export type { A } from './src/a.ts';\n",
      'test/base/a.test.ts': "import type { A } from '../../src/a.ts';\nexport type E = A;\n",
    });
    expect(found.toSorted()).toEqual([
      'boundaries: operators: operators/one.ts → sinks/two.ts',
      'boundaries: sinks: sinks/two.ts → ../src/missing.ts',
      'boundaries: src/events: src/events/raster.ts → src/kernel/c.ts',
      'no-circles: src/a.ts → src/b.ts',
      'public-names-only: cli/main.ts → index.ts',
      'resolvable: sinks/two.ts → ../src/missing.ts',
      'src-has-no-files: src/train/files.ts → fs',
      'tests-climb-nowhere: test/base/a.test.ts → src/a.ts',
    ]);
  });

  it('are the table that the architecture page shows', () => {
    const page = readFileSync('docs/architecture.md', 'utf8');
    const cell = (name: string): string =>
      name === 'public names' || name === 'every room' ? name : `\`${name}\``;
    const rows = rooms.map(({ room, what, may }) => {
      const list = may.length === 0 ? 'nothing of ours' : may.map(cell).join(', ');
      return `| \`${room}\` | ${what} | ${list} |`;
    });
    const shown = page.split('\n').filter((line) => /^\| `[^`]+` \| .* \| .* \|$/.test(line));
    expect(shown).toEqual(rows);
  });

  it('name only rooms that are there', () => {
    const known = [...rooms.map(({ room }) => room), 'public names', 'every room'];
    for (const { may } of rooms) expect(known).toEqual(expect.arrayContaining([...may]));
  });
});
