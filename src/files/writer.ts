/** Files that appear whole or grow, and are never half of something else. */
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { StorageError } from '../errors.ts';
import {
  number,
  type OptionTable,
  oneOf,
  optionProblems,
  readOnce,
  refuse,
  text,
} from '../options.ts';
import { causeText, fault, within } from '../problems.ts';
import { refuseFiles } from './arguments.ts';
import { hiddenName } from './hidden-name.ts';
import { keep, remove, removeAtExit } from './leftovers.ts';

/** A file that is being written. */
export interface FileWriter {
  /** Where it is, or will be. */
  readonly path: string;
  /** Bytes written so far. */
  readonly bytes: number;
  /**
   * Writes at the end; @throws StorageError, as with a full disk, after which a hidden file is gone, and one in sight ends with what
   * was written before; without anything there is none, and what stood there stays.
   */
  write(content: string | Uint8Array): void;
  /** Ends the file, and gives a hidden one its name; what stood there before is gone. Once is enough. */
  close(): void;
  /** Ends the file and takes it back, if it is hidden; what stood under its name stays. */
  discard(): void;
}

/** How a file is written. */
export interface WriterOptions {
  /**
   * `whole` (default): hidden until it is closed, so that nobody ever sees a part of it. `growing`: there
   * from the first byte on, anew, and what was written stays whatever happens. `append`: behind what is
   * there.
   */
  readonly as?: 'whole' | 'growing' | 'append';
  /** Byte of the file that is there from which on an `append` writes, what comes after being cut off; its end if left out. */
  readonly from?: number;
}

const writerTable: OptionTable<WriterOptions> = {
  as: oneOf(['whole', 'growing', 'append']),
  from: number({ min: 0, whole: true }),
};

function checkGiven(path: string, options: WriterOptions): void {
  refuse('no file can be written', () => {
    const problems = [
      ...within('path', text(path)),
      ...within('options', optionProblems(options, writerTable)),
    ];
    if (problems.length > 0 || options.from === undefined || options.as === 'append')
      return problems;
    return [fault('options.from', 'conflict', 'only what is appended has a place to begin at')];
  });
}

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_WRONLY } = fs.constants;

/** Characters before and behind the name of a file that make it that of a temporary. */
export const temporaryName: RegExp = /^\..*\.[0-9a-f]{12}\.part$/;

/** A file that did not exist before, beside `path`; a link that waits under its name is not followed. */
function openTemporary(path: string): { readonly fd: number; readonly name: string } {
  const name = hiddenName(path, `.${randomBytes(6).toString('hex')}.part`);
  const fd = fs.openSync(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666);
  removeAtExit(name);
  return { fd, name };
}

/** A failed piece of writing as an error that names the file. */
function failure(path: string, cause: unknown): StorageError {
  return new StorageError(path, `cannot be written (${causeText(cause)})`, { cause });
}

/** Whether a file can be made beside `path`: tries it. @throws StorageError */
export function tryBeside(path: string): void {
  try {
    const { fd, name } = openTemporary(path);
    fs.closeSync(fd);
    remove(name);
  } catch (cause) {
    throw failure(path, cause);
  }
}

/**
 * Opens a file to be written piece by piece, in a folder that is there.
 *
 * @throws StorageError if it cannot be
 */
export function openWriter(path: string, options: WriterOptions = {}): FileWriter {
  options = readOnce(options, writerTable);
  checkGiven(path, options);
  const { as = 'whole', from } = options;
  const guarded = <Value>(work: () => Value): Value => {
    try {
      return work();
    } catch (cause) {
      discard();
      throw failure(path, cause);
    }
  };
  let hidden: string | undefined;
  let fd: number | undefined;
  let bytes = 0;
  let before = 0;

  const open = (): void => {
    if (as === 'append') {
      fd = fs.openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o666);
      if (from !== undefined) fs.ftruncateSync(fd, from);
      before = fs.fstatSync(fd).size;
      return;
    }
    const temporary = openTemporary(path);
    fd = temporary.fd;
    hidden = temporary.name;
  };
  const show = (): void => {
    if (hidden === undefined) return;
    fs.renameSync(hidden, path);
    keep(hidden);
    hidden = undefined;
  };
  const end = (): void => {
    if (fd === undefined) return;
    const ended = fd;
    fd = undefined;
    fs.closeSync(ended);
  };
  /** Takes the part of a piece back that was written before the rest failed. */
  const takeBack = (into: number): void => {
    try {
      if (hidden === undefined) fs.ftruncateSync(into, before + bytes);
    } catch {
      // What is no file, as a pipe, keeps what it got.
    }
  };
  const discard = (): void => {
    try {
      end();
    } catch {
      // What is thrown away may fail to close.
    }
    if (hidden !== undefined) remove(hidden);
    hidden = undefined;
  };

  guarded(open);
  return {
    path,
    get bytes() {
      return bytes;
    },
    write: (content) =>
      guarded(() => {
        if (fd === undefined) throw new Error('it is closed already');
        try {
          fs.writeFileSync(fd, content);
        } catch (cause) {
          takeBack(fd);
          throw cause;
        }
        if (as === 'growing') show();
        bytes += typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength;
      }),
    close: () =>
      guarded(() => {
        end();
        show();
      }),
    discard,
  };
}

/**
 * Writes files whole or not at all: all of them first, and only then does each take its name, so that a
 * full disk leaves what was there.
 *
 * @param files contents by path, in folders that are there
 * @throws StorageError naming the file that cannot be written
 */
export function writeFiles(files: ReadonlyMap<string, string | Uint8Array>): void {
  refuseFiles(files);
  const writers: FileWriter[] = [];
  try {
    for (const [path, content] of files) {
      const writer = openWriter(path);
      writers.push(writer);
      writer.write(content);
    }
    for (const writer of writers) writer.close();
  } finally {
    for (const writer of writers) writer.discard();
  }
}
