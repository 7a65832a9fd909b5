/** Bytes with a checksum: what was changed on the way is told from what is whole. */
import { DataError } from './errors.ts';
import {
  bytes as bytesCheck,
  number,
  type OptionTable,
  optionProblems,
  readOnce,
  refuse,
  text,
} from './options.ts';
import { within } from './problems.ts';

/** What sealed bytes are. */
export interface Seal {
  /** What they hold, in words: `checkpoint`. */
  readonly what: string;
  /** Version of the form that is written and read. */
  readonly version: number;
}

const sealTable: OptionTable<Seal> = {
  what: text,
  version: number({ min: 0, max: 2 ** 32 - 1, whole: true }),
};

function checkGiven(seal: Seal, bytes: Uint8Array): void {
  refuse('nothing can be sealed', () => [
    ...optionProblems(seal, sealTable, 'what', 'version'),
    ...within('bytes', bytesCheck(bytes)),
  ]);
}

const magic = 0x89_53_50_4b;
/** Bytes before the content: magic, label, version and length, then the checksum of all else. */
const headBytes = 24;
const checksumAt = 16;

/** Two FNV-1a hashes from different starts; either one tells every single change of a byte. */
function checksum(bytes: Uint8Array): [number, number] {
  let [first, second] = [0x811c9dc5, 0x01234567];
  for (let i = 0; i < bytes.length; i++) {
    if (i >= checksumAt && i < headBytes) continue;
    first = Math.imul(first ^ bytes[i]!, 0x01000193);
    second = Math.imul(second ^ bytes[i]!, 0x01000193);
  }
  return [first >>> 0, second >>> 0];
}

/** A number for the name of what is sealed. */
function labelOf(what: string): number {
  return checksum(new TextEncoder().encode(what))[0];
}

/**
 * Puts a checksum before bytes, and what they are.
 *
 * @example
 * ```ts
 * const note = { what: 'note', version: 1 };
 * unseal(note, seal(note, Uint8Array.of(7)))[0]; // 7
 * ```
 */
export function seal(as: Seal, content: Uint8Array): Uint8Array {
  as = readOnce(as, sealTable);
  checkGiven(as, content);
  const { what, version } = as;
  const bytes = new Uint8Array(headBytes + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic);
  view.setUint32(4, labelOf(what));
  view.setUint32(8, version);
  view.setUint32(12, content.length);
  bytes.set(content, headBytes);
  for (const [i, part] of checksum(bytes).entries()) view.setUint32(checksumAt + 4 * i, part);
  return bytes;
}

/**
 * Gives back the bytes that were sealed.
 *
 * @throws DataError if they are something else, of another version, cut off or damaged
 */
export function unseal(as: Seal, bytes: Uint8Array): Uint8Array {
  as = readOnce(as, sealTable);
  checkGiven(as, bytes);
  const { what, version } = as;
  const refuse = (why: string): never => {
    throw new DataError(`this is no ${what}: ${why}`);
  };
  if (bytes.length < headBytes) refuse(`it has ${bytes.length} bytes, fewer than its head`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0) !== magic || view.getUint32(4) !== labelOf(what)) {
    refuse('it does not open as one');
  }
  if (view.getUint32(8) !== version) {
    refuse(`it is of version ${view.getUint32(8)}; version ${version} is read here`);
  }
  const content = bytes.subarray(headBytes);
  if (view.getUint32(12) !== content.length) {
    refuse(`${view.getUint32(12)} bytes are announced and ${content.length} are there`);
  }
  const sound = checksum(bytes).every((part, i) => view.getUint32(checksumAt + 4 * i) === part);
  if (!sound) refuse('it is damaged; its checksum is that of other bytes');
  return content;
}
