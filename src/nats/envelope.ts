/** What goes over NATS: messages of the wire form, numbered, and cut if the server does not take them whole. */
import { DataError } from '../errors.ts';
import { largestMessage } from '../events/framing.ts';
import { itemLength } from '../events/items.ts';
import { decodeWire, encodeWire, itemOf, type WireMessage } from '../events/wire.ts';

/**
 * What stands before the bytes of a message. All numbers are little-endian.
 *
 * | bytes | what |
 * |---|---|
 * | 0 | version, 1 |
 * | 1 | flags: 1 the message goes on in the next, 2 it has begun before, 4 the stream ends with it |
 * | 4–7 | number of the stream's run: another each time that it begins |
 * | 8–11 | sequence in the run, wrapping |
 * | 16–23 | elements (events, steps, samples, marks) before it in the run, float64 |
 * | 24… | bytes of the message |
 */
export const envelopeBytes = 24;

const version = 1;
const flags = { goesOn: 1, begun: 2, ends: 4 } as const;

/** Something of a stream that did not come. */
export interface Gap {
  /** Messages that did not come. */
  readonly messages: number;
  /** Events, steps, samples or marks in them. */
  readonly elements: number;
}

/** Makes envelopes of one run of a stream. */
export interface Sealer {
  /** Number of the run. */
  readonly run: number;
  /** Sequence of the next envelope. */
  readonly sequence: number;
  /** Puts a message into envelopes of at most so many bytes each. */
  seal(message: WireMessage, elements: number, maxBytes: number, ends?: boolean): Uint8Array[];
}

/** A random number of 32 bits. */
function anyRun(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!;
}

/** The bytes of a message. What could not be read on the other side is refused on this one. */
function readableBytes(message: WireMessage): Uint8Array {
  if (message.kind === 'control') return encodeWire(message);
  try {
    const bytes = encodeWire(message);
    decodeWire(bytes);
    return bytes;
  } catch (cause) {
    const [, why = 'it is not what it says'] = /no message: (.*)/s.exec(String(cause)) ?? [];
    throw new DataError(`this item cannot go over the net: ${why}`, { cause });
  }
}

/** Makes a sealer. */
export function sealer(run: number = anyRun()): Sealer {
  let sequence = 0;
  let before = 0;
  return {
    run,
    get sequence() {
      return sequence;
    },
    seal(message, elements, maxBytes, ends = false) {
      const bytes = readableBytes(message);
      if (bytes.length > largestMessage) {
        throw new DataError(
          `an item of ${bytes.length} bytes is too large for the net; cut it into parts of ${largestMessage} bytes at most`,
        );
      }
      const room = maxBytes - envelopeBytes;
      const sealed: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += room) {
        const part = bytes.subarray(at, at + room);
        const goesOn = at + room < bytes.length;
        const envelope = new Uint8Array(envelopeBytes + part.length);
        const view = new DataView(envelope.buffer);
        view.setUint8(0, version);
        view.setUint8(
          1,
          (goesOn ? flags.goesOn : 0) | (at > 0 ? flags.begun : 0) | (ends ? flags.ends : 0),
        );
        view.setUint32(4, run, true);
        view.setUint32(8, sequence, true);
        view.setFloat64(16, before, true);
        envelope.set(part, envelopeBytes);
        sealed.push(envelope);
        sequence = (sequence + 1) >>> 0;
      }
      before += elements;
      return sealed;
    },
  };
}

/** A message that came whole. */
export interface Opened {
  readonly message: WireMessage;
  /** Whether its stream ends with it. */
  readonly ends: boolean;
}

/** Whom an opener tells. */
export interface OpenerListener {
  /** Learns that something did not come. */
  gap(gap: Gap): void;
  /** Learns that something came twice, which is left out. */
  repeated?(): void;
  /** Whether the first message that comes is the first that was sent; if not, one may join in the middle. */
  readonly whole?: boolean;
  /** Bytes that a message may have now; those of the largest of all if left out. */
  most?(): number;
  /** Is told of a message that has more, and throws what one should know of it. */
  tooLarge?(most: number): never;
}

/** Opens envelopes, in the order in which they come. */
export interface Opener {
  /**
   * Takes an envelope; gives the message that it completes, if it does.
   *
   * @throws DataError if it is none
   */
  open(given: Uint8Array): Opened | undefined;
}

/** How far a run has come. */
interface Progress {
  /** Sequence that is next. */
  next: number;
  /** Elements that have come or are counted as lost; undefined before the first item, if one joins in the middle. */
  elements: number | undefined;
  /** Parts of a message that has begun; undefined if none has, or a part of it is lost. */
  parts: Uint8Array[] | undefined;
  bytes: number;
}

/** Runs that are known at once: several may send under one subject, and each may begin again. */
const mostRuns = 64;

function refuse(reason: string): never {
  throw new DataError(`this is no message of a stream: ${reason}`);
}

/** Makes an opener. */
export function opener({ gap, repeated, whole = false, most, tooLarge }: OpenerListener): Opener {
  const runs = new Map<number, Progress>();
  /** Counts what is missing before an envelope. */
  const count = (progress: Progress, ahead: number, begins: boolean, before: number): void => {
    if (ahead > 0) progress.parts = undefined;
    // Of an item whose end is missing it is known with the next how much was in it.
    const elements = begins ? Math.max(0, before - (progress.elements ?? before)) : 0;
    if (begins) progress.elements = before;
    if (ahead > 0 || elements > 0) gap({ messages: ahead, elements });
  };
  const progressOf = (run: number, sequence: number): Progress => {
    const known = runs.get(run);
    if (known !== undefined) return known;
    const joins = runs.size === 0 && !whole;
    const made: Progress = joins
      ? { next: sequence, elements: undefined, parts: undefined, bytes: 0 }
      : { next: 0, elements: 0, parts: undefined, bytes: 0 };
    if (runs.size === mostRuns) runs.delete(runs.keys().next().value!);
    runs.set(run, made);
    return made;
  };
  return {
    open(given) {
      if (given.length < envelopeBytes) refuse(`${given.length} bytes are less than an envelope`);
      const view = new DataView(given.buffer, given.byteOffset, given.length);
      if (view.getUint8(0) !== version) refuse(`its version is ${view.getUint8(0)}`);
      const flag = view.getUint8(1);
      const sequence = view.getUint32(8, true);
      const before = view.getFloat64(16, true);
      const progress = progressOf(view.getUint32(4, true), sequence);
      const ahead = (sequence - progress.next) | 0;
      if (ahead < 0) {
        repeated?.();
        return undefined;
      }
      progress.next = (sequence + 1) >>> 0;
      const begins = (flag & flags.begun) === 0;
      count(progress, ahead, begins, before);
      if (begins) {
        progress.parts = [];
        progress.bytes = 0;
      }
      // Its beginning did not come.
      if (progress.parts === undefined) return undefined;
      progress.parts.push(given.subarray(envelopeBytes));
      progress.bytes += given.length - envelopeBytes;
      const limit = most?.() ?? largestMessage;
      if (progress.bytes > limit) tooLarge?.(limit);
      if (progress.bytes > limit) refuse(`it has more than the ${limit} bytes that are allowed`);
      if ((flag & flags.goesOn) !== 0) return undefined;
      const bytes = new Uint8Array(progress.bytes);
      let at = 0;
      for (const part of progress.parts) {
        bytes.set(part, at);
        at += part.length;
      }
      progress.parts = [];
      progress.bytes = 0;
      const message = decodeWire(bytes);
      if (message.kind !== 'control') progress.elements = before + itemLength(itemOf(message));
      return { message, ends: (flag & flags.ends) !== 0 };
    },
  };
}
