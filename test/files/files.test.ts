import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { InvalidArgumentError } from 'spikeline';
import {
  checkTarget,
  openFile,
  openFolder,
  openWriter,
  readFailure,
  writeFiles,
} from 'spikeline/files';
import { StorageError } from 'spikeline/problems';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { emptyFolder } from '#test/support/folders';
import { fullDisk } from '#test/support/full-disk';

const read = (path: string): string => fs.readFileSync(path, 'utf8');

afterEach(() => vi.restoreAllMocks());

describe('files that cannot be read', () => {
  it.each([
    ['ENOENT', 'in.dat: cannot be read; there is no such file'],
    ['EISDIR', 'in.dat: cannot be read; it is a folder'],
    ['ELOOP', 'in.dat: cannot be read; its links lead in a circle'],
    ['EIO', 'in.dat: cannot be read (broken)'],
  ])('say why, as %s does', (code, why) => {
    const cause = Object.assign(new Error('broken'), { code });
    expect(readFailure('in.dat', cause)).toMatchObject({ message: why, cause });
  });

  it('say so whatever was thrown', () => {
    expect(readFailure('in.dat', 'odd').message).toBe('in.dat: cannot be read (odd)');
    expect(readFailure('in.dat', undefined).message).toBe('in.dat: cannot be read (undefined)');
  });
});

describe('files that are written whole', () => {
  it('are what was written, and nothing lies beside them', () => {
    const folder = emptyFolder();
    writeFiles(
      new Map<string, string | Uint8Array>([
        [join(folder, 'text'), 'text'],
        [join(folder, 'bytes'), Uint8Array.of(7, 0)],
      ]),
    );
    expect(read(join(folder, 'text'))).toBe('text');
    expect([...fs.readFileSync(join(folder, 'bytes'))]).toEqual([7, 0]);
    expect(fs.readdirSync(folder)).toEqual(['bytes', 'text']);
  });

  it('have names of any length and script that a file may have', () => {
    const folder = emptyFolder();
    const long = '漢'.repeat(80);
    for (const name of [`${long}.a`, `${long}.b`, 'n'.repeat(250)]) {
      const path = join(folder, name);
      const file = openFile(path);
      file.write(name);
      file.close();
      const writer = openWriter(path, { as: 'growing' });
      writer.write('x');
      writer.close();
    }
    const [one, other] = ['a', 'b'].map((ending) => openFile(join(folder, `${long}.${ending}`)));
    one!.close();
    other!.close();
    expect(fs.readdirSync(folder)).toEqual(['n'.repeat(250), `${long}.a`, `${long}.b`]);
  });

  it('stay as they were, all of them, if the disk is full', () => {
    const folder = emptyFolder();
    const files = new Map(['a', 'b', 'c'].map((name) => [join(folder, name), `new ${name}`]));
    for (const path of files.keys()) fs.writeFileSync(path, 'old');
    fullDisk(8);
    expect(() => writeFiles(files)).toThrow(/b: cannot be written \(ENOSPC/);
    for (const path of files.keys()) expect(read(path)).toBe('old');
    expect(fs.readdirSync(folder)).toEqual(['a', 'b', 'c']);
  });

  it('go over no link, neither their own nor one that waits for a temporary', () => {
    const folder = emptyFolder();
    const outside = join(emptyFolder(), 'outside');
    fs.writeFileSync(outside, 'precious');
    fs.symlinkSync(outside, join(folder, 'result'));
    fs.symlinkSync(outside, join(folder, 'result.part'));
    writeFiles(new Map([[join(folder, 'result'), 'new']]));
    expect(read(outside)).toBe('precious');
    expect(read(join(folder, 'result'))).toBe('new');
    const open = vi.spyOn(fs, 'openSync');
    writeFiles(new Map([[join(folder, 'result'), 'newer']]));
    const { O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
    for (const [, flags] of open.mock.calls) {
      for (const flag of [O_CREAT, O_EXCL, O_NOFOLLOW]) expect(Number(flags) & flag).toBe(flag);
    }
  });
});

describe('a writer', () => {
  it('shows a whole file when it is closed', () => {
    const path = join(emptyFolder(), 'recording');
    const writer = openWriter(path);
    writer.write('ab');
    writer.write(Uint8Array.of(0x63));
    expect([writer.bytes, fs.existsSync(path)]).toEqual([3, false]);
    writer.close();
    expect(read(path)).toBe('abc');
    writer.discard();
    writer.close();
    expect(read(path)).toBe('abc');
    expect(() => writer.write('d')).toThrow('closed already');
  });

  it('leaves nothing of one that is discarded', () => {
    const folder = emptyFolder();
    const writer = openWriter(join(folder, 'recording'));
    writer.write('ab');
    writer.discard();
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it('grows in sight, anew or behind what is there, and keeps what it had on a full disk', () => {
    const folder = emptyFolder();
    const path = join(folder, 'log');
    fs.writeFileSync(path, 'old');
    fullDisk(2);
    const first = openWriter(path, { as: 'growing' });
    expect(() => first.write('123')).toThrow(StorageError);
    vi.restoreAllMocks();
    expect([fs.readdirSync(folder), read(path)]).toEqual([['log'], 'old']);
    const growing = openWriter(path, { as: 'growing' });
    growing.write('12345');
    expect(read(path)).toBe('12345');
    fullDisk(4);
    expect(() => growing.write('67890')).toThrow(StorageError);
    vi.restoreAllMocks();
    expect(read(path)).toBe('12345');
    const more = openWriter(path, { as: 'append' });
    more.write('6');
    more.close();
    expect(read(path)).toBe('123456');
    const torn = openWriter(path, { as: 'append', from: 4 });
    torn.write('x');
    torn.close();
    expect(read(path)).toBe('1234x');
    expect(fs.readdirSync(folder)).toEqual(['log']);
  });
});

describe('junk', () => {
  it('is refused by all that writes', () => {
    const calls: readonly ((junk: never) => unknown)[] = [
      writeFiles,
      openWriter,
      openFile,
      openFolder,
      checkTarget,
      (junk) => openWriter('none', junk),
      (junk) => openFolder('none', junk),
      (junk) => checkTarget('none', junk),
      (junk) => writeFiles(new Map([['none', junk]])),
    ];
    for (const call of calls) {
      for (const junk of [null, 7, Symbol('x'), () => {}, { as: 'none' }]) {
        expect(() => call(junk as never)).toThrow(InvalidArgumentError);
      }
    }
    expect(() => openWriter('none', { from: 1 })).toThrow(/options\.from/);
    expect(fs.existsSync('none')).toBe(false);
  });
});

describe('a target', () => {
  it('is found out not to be one before anything is written', () => {
    const folder = emptyFolder();
    const file = join(folder, 'file');
    fs.writeFileSync(file, 'content');
    for (const [path, why] of [
      ['', 'no name'],
      [folder, 'it is a folder'],
      [`${file}/`, 'names a folder'],
      [join(file, 'below'), 'cannot be made a folder'],
      ['/dev/null', 'keeps that folder for itself'],
      ['/proc/self/fd/result', 'keeps that folder for itself'],
      ['/proc/none/result', 'cannot be made a folder'],
    ] as const) {
      expect(() => checkTarget(path), path).toThrow(why);
    }
    expect(fs.readdirSync(folder)).toEqual(['file']);
    expect(read(file)).toBe('content');
  });

  it('is none if it is an input, by whatever name', () => {
    const folder = emptyFolder();
    const input = join(folder, 'net.nir');
    fs.writeFileSync(input, 'input');
    fs.symlinkSync(input, join(folder, 'soft'));
    fs.linkSync(input, join(folder, 'hard'));
    fs.symlinkSync(folder, join(folder, 'self'));
    for (const name of ['net.nir', './net.nir', 'soft', 'hard', 'self/net.nir']) {
      expect(() => checkTarget(join(folder, name), [input]), name).toThrow('is read');
    }
    expect(() => checkTarget(join(folder, 'other'), [input])).not.toThrow();
    expect(() => openFolder(folder, { names: ['a', 'hard'], inputs: [input] })).toThrow('is read');
  });
});

describe('a folder of results', () => {
  it('belongs to one run at a time', () => {
    const folder = join(emptyFolder(), 'a', 'b');
    const first = openFolder(folder);
    expect(() => openFolder(folder)).toThrow(/another run writes there \(process \d+/);
    first.close();
    expect(fs.existsSync(folder)).toBe(false);
    const second = openFolder(folder);
    second.write('result', 'x');
    second.close();
    expect(fs.readdirSync(folder)).toEqual(['result']);
  });

  it('is taken over from a run that is gone, with what that left', () => {
    const folder = emptyFolder();
    const lock = join(folder, '.spikeline.lock');
    const { pid } = spawnSync('true');
    const gone = { pid, host: hostname(), began: '1', since: 'then' };
    // A process of the same number that began at another time is another one.
    const reused = { ...gone, pid: process.pid };
    for (const text of ['', 'no json', '{}', JSON.stringify(gone), JSON.stringify(reused)]) {
      fs.writeFileSync(lock, text);
      fs.writeFileSync(join(folder, '.result.0123456789ab.part'), 'half');
      openFolder(folder).close();
      expect(fs.readdirSync(folder)).toEqual([]);
    }
    fs.writeFileSync(lock, JSON.stringify({ ...gone, host: 'elsewhere' }));
    expect(() => openFolder(folder)).toThrow(/on elsewhere.* or delete/);
  });

  it('is looked at whole before the work, and gone again if it holds nothing', () => {
    const outer = emptyFolder();
    const folder = join(outer, 'runs', 'one');
    fs.mkdirSync(join(folder, 'result.json'), { recursive: true });
    expect(() => openFolder(folder, { names: ['a', 'result.json'] })).toThrow('it is a folder');
    fs.rmdirSync(join(folder, 'result.json'));
    const open = openFolder(folder);
    open.writeAll({ a: '1', b: '2' });
    open.remove('a', 'none');
    const writer = open.open('c');
    writer.discard();
    open.close();
    expect(fs.readdirSync(folder)).toEqual(['b']);
  });
});

/** A lock of another process that is alive. */
function heldElsewhere(lock: string): void {
  const other = { pid: process.ppid, host: hostname(), began: null, since: 'then' };
  fs.writeFileSync(lock, JSON.stringify(other));
}

describe('a file of results', () => {
  it('is refused before any work where another process writes it, or to its folder', () => {
    const folder = emptyFolder();
    const path = join(folder, 'walk.spk');
    for (const lock of ['.walk.spk.lock', '.spikeline.lock']) {
      heldElsewhere(join(folder, lock));
      expect(() => checkTarget(path)).toThrow(
        `walk.spk: another run writes there (process ${process.ppid}, since then)`,
      );
      fs.unlinkSync(join(folder, lock));
    }
    // One's own folder may hold other files of one's own.
    const own = openFolder(folder);
    expect(() => checkTarget(path)).not.toThrow();
    own.close();
  });

  it('belongs to one run at a time too', () => {
    const folder = emptyFolder();
    const path = join(folder, 'checkpoint');
    const first = openFile(path);
    expect(() => openFile(path)).toThrow('another run writes there');
    first.write('1');
    first.write('2');
    first.close();
    openFile(path).close();
    expect(read(path)).toBe('2');
    expect(fs.readdirSync(folder)).toEqual(['checkpoint']);
  });
});
