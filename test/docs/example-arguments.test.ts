import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readArguments } from '#examples/start/arguments';
import { emptyFolder } from '#test/support/folders';

/** Starts a program with arguments; gives its picture, or how it ended and what it said. */
function started(args: readonly string[], takes?: 'picture') {
  let said = '';
  const write = (text: string | Uint8Array): boolean => {
    said += text.toString();
    return true;
  };
  const before = process.argv;
  process.argv = ['node', 'pole.ts', ...args];
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw { code };
  });
  try {
    return { picture: readArguments('pole.ts', takes), said };
  } catch (end) {
    return { ...(end as { code: number }), said };
  } finally {
    process.argv = before;
  }
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a program of the examples', () => {
  const folder = emptyFolder();

  it('takes nothing, or a picture', () => {
    expect(started([])).toEqual({ picture: undefined, said: '' });
    const path = join(folder, 'pole.svg');
    expect(started(['--picture', path], 'picture')).toEqual({ picture: path, said: '' });
  });

  it('says what it takes', () => {
    expect(started(['--help'], 'picture')).toEqual({
      code: 0,
      said: 'npx tsx --conditions @spikeline/source examples/pole.ts [--picture FILE.svg]\n',
    });
  });

  it('refuses all else before it works', () => {
    const there = join(folder, 'there');
    mkdirSync(there);
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const args of [
      ['junk'],
      ['--frobnicate'],
      ['--picture'],
      ['--picture', ''],
      ['--picture', there],
      ['--picture', join(file, 'pole.svg')],
      ['--picture', '/proc/none/pole.svg'],
    ]) {
      const { code, said } = started(args, 'picture') as { code: number; said: string };
      expect(code, args.join(' ')).toBe(2);
      expect(said).toMatch(/^.+\nnpx tsx .*\[--picture FILE.svg\]\n$/);
    }
    expect(started(['--picture', 'a.svg'])).toMatchObject({ code: 2 });
  });
});
