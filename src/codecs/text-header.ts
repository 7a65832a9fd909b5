/** Headers of text lines that all begin with one mark, before bytes that are no text. */
import { DataError } from '../errors.ts';

/** How a header looks. */
export interface TextHeaderForm {
  /** What each of its lines begins with: `%`, `#`. */
  readonly mark: string;
  /** Whether a line, without its ending, is the last. */
  isLast(line: string): boolean;
}

/** Takes a header off the front of bytes, however they are cut. */
export interface TextHeader {
  /** Lines so far, without mark and ending. */
  readonly lines: readonly string[];
  /** Bytes that the lines take. */
  readonly length: number;
  /** Takes bytes and gives those after the header; undefined while it goes on. */
  push(bytes: Uint8Array): Uint8Array | undefined;
  /** Ends the header where the bytes end, and gives what is left of them. */
  end(): Uint8Array;
}

/** Bytes of the longest header that anyone would write: preferences of jAER take some 300 kB. */
const longest = 2 ** 23;

const newline = 0x0a;

/** Whether a byte may stand in a line of text, UTF-8 included. */
function isText(byte: number): boolean {
  return byte >= 0x20 ? byte !== 0x7f : byte === 0x09 || byte === 0x0d;
}

/**
 * Makes a reader of one header. A line that begins with the mark and has a byte that no text has belongs to what
 * follows: not every writer marks the end of its header.
 *
 * @throws DataError by `push` if a header does not end
 */
export function textHeader({ mark, isLast }: TextHeaderForm): TextHeader {
  const first = mark.charCodeAt(0);
  const decoder = new TextDecoder();
  const lines: string[] = [];
  let room = new Uint8Array(0);
  let held = 0;
  /** Where the line that is read begins, and how far it is known. */
  let begin = 0;
  let known = 0;

  const rest = (): Uint8Array => room.subarray(begin, held);
  return {
    lines,
    get length() {
      return begin;
    },
    push(bytes) {
      if (held + bytes.length > room.length) {
        const larger = new Uint8Array(Math.max(held + bytes.length, room.length * 2));
        larger.set(room.subarray(0, held));
        room = larger;
      }
      room.set(bytes, held);
      held += bytes.length;
      for (; known < held; known++) {
        const byte = room[known]!;
        if (known === begin && byte !== first) return rest();
        if (byte === newline) {
          const line = decoder.decode(room.subarray(begin + 1, known)).trim();
          begin = known + 1;
          if (isLast(line)) return rest();
          lines.push(line);
        } else if (!isText(byte)) {
          return rest();
        }
      }
      if (held > longest) {
        throw new DataError(`the header does not end within ${longest} bytes; the file is damaged`);
      }
      return undefined;
    },
    end: rest,
  };
}

/** Whether bytes are nothing but printable ASCII and white space: then they are no words of a format without a mark. */
export function isAllText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13));
}
