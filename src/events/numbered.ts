/** Items in numbered messages, so that whoever receives them sees what was lost on the way. */
import { DataError, InvalidArgumentError } from '../errors.ts';
import { number } from '../options.ts';
import { within } from '../problems.ts';
import { cutItem, itemLength } from './items.ts';
import { type Losses, lossCounter } from './losses.ts';
import { itemKind, type Marks, type StreamItem } from './series.ts';
import { decodeWire, encodeWire, itemMessage, itemOf } from './wire.ts';

/**
 * Before each message of the wire form stand 8 bytes: how many events, bins, samples or marks were sent before it, a
 * little-endian float64. A message of kind `control` with nothing but `{ end: true }` ends a stream.
 */
const countBytes = 8;

/** Messages of the wire form need this many bytes beside their arrays, at most. */
const headBytes = 320;

/** A numbered message. */
export interface NumberedMessage {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Events, bins, samples or marks in it. */
  readonly count: number;
}

/** Makes numbered messages. */
export interface NumberedSender {
  /** Events, bins, samples or marks so far. */
  readonly sent: number;
  /**
   * Gives the messages of an item, each of at most the bytes that are allowed.
   *
   * @throws DataError if it is no item, or one of its rows alone is too large
   */
  messages(item: StreamItem): NumberedMessage[];
  /** Gives the message that ends the stream: what was lost at its end is seen by it. */
  end(): Uint8Array<ArrayBuffer>;
}

/** Reads numbered messages. */
export interface NumberedReceiver {
  /**
   * Takes a message and gives its item; undefined if there is none. What is missing before it is counted as `lost`; what
   * is no message, as `unreadable`; what comes twice, or after what followed it, as `outOfOrder`.
   */
  push(message: Uint8Array): StreamItem | undefined;
  /** Whether the stream has been ended by its sender. */
  readonly ended: boolean;
}

const anySize = number({ min: 512, max: 2 ** 31, whole: true, unit: 'bytes' });

/**
 * Makes what numbers the messages of a stream.
 *
 * @param maxBytes largest message
 * @throws InvalidArgumentError if `maxBytes` cannot be
 */
export function numberedSender(maxBytes: number): NumberedSender {
  const problems = within('maxBytes', anySize(maxBytes));
  if (problems.length > 0) throw new InvalidArgumentError('nothing can be numbered', problems);
  let sent = 0;
  let sequence = 0;
  const numbered = (wire: Uint8Array): Uint8Array<ArrayBuffer> => {
    const message = new Uint8Array(countBytes + wire.length);
    new DataView(message.buffer).setFloat64(0, sent, true);
    message.set(wire, countBytes);
    sequence = (sequence + 1) >>> 0;
    return message;
  };
  return {
    get sent() {
      return sent;
    },
    messages: (item) =>
      cutItem(item, rowsIn(item, maxBytes - countBytes - headBytes)).map((piece) => {
        const bytes = numbered(encodeWire(itemMessage(piece, { stream: 0, sequence })));
        if (bytes.length > maxBytes) {
          throw new DataError(
            `a row of this stream alone takes ${bytes.length} bytes; ${maxBytes} are allowed in a message`,
          );
        }
        const count = itemLength(piece);
        sent += count;
        return { bytes, count };
      }),
    end: () => numbered(encodeWire({ kind: 'control', stream: 0, sequence, body: { end: true } })),
  };
}

/** How many events, bins, samples or marks fit in so many bytes; at least one. */
function rowsIn(item: StreamItem, bytes: number): number {
  const kind = itemKind(item);
  if (kind === undefined) throw new DataError('this is no packet, raster, series or marks');
  if (kind === 'marks') {
    const longest = (item as Marks).labels.reduce((most, label) => Math.max(most, label.length), 0);
    // UTF-8, three bytes for each unit at most, and what MessagePack adds.
    return Math.max(1, Math.floor(bytes / (16 + 3 * longest)));
  }
  const width = 'channels' in item ? item.channels : 1;
  const row = { events: 12, raster: 4 * width, signals: 8 * width, series: 8 + 8 * width }[kind];
  return Math.max(1, Math.floor(bytes / row));
}

/** Half of all numbers of messages: what is further back than that is ahead. */
const half = 2 ** 31;

/**
 * Makes what reads numbered messages.
 *
 * @example
 * ```ts
 * const sender = numberedSender(1400);
 * const [, second] = [1, 2].flatMap((time) => sender.messages(aerPacket([time], [0], channels(1))));
 * const losses = lossCounter();
 * numberedReceiver(losses, 0).push(second!.bytes);
 * losses.byReason['lost']; // 1
 * ```
 */
export function numberedReceiver(
  losses: Losses = lossCounter(),
  /** Events before the first message that is received; unknown if left out. */
  first?: number,
): NumberedReceiver {
  let expected = first;
  let next: number | undefined;
  let ended = false;
  const read = (message: Uint8Array): StreamItem | undefined => {
    if (message.length < countBytes) throw new DataError('a message without its number');
    const before = new DataView(message.buffer, message.byteOffset).getFloat64(0, true);
    // A copy, aligned as arrays must be; slice() of a Buffer is none.
    const wire = decodeWire(new Uint8Array(message.subarray(countBytes)));
    if (!Number.isSafeInteger(before) || before < 0) throw new DataError('a message of no number');
    const { sequence } = wire;
    if (next !== undefined && (sequence - next) >>> 0 >= half) {
      losses.add('outOfOrder', 1);
      return undefined;
    }
    next = (sequence + 1) >>> 0;
    const lost = before - (expected ?? before);
    const item = wire.kind === 'control' ? undefined : itemOf(wire);
    if (wire.kind === 'control') ended = (wire.body as { end?: unknown } | null)?.end === true;
    expected = before + (item === undefined ? 0 : itemLength(item));
    if (lost > 0) losses.add('lost', lost);
    return item;
  };
  return {
    get ended() {
      return ended;
    },
    push(message) {
      try {
        return read(message);
      } catch (cause) {
        if (!(cause instanceof DataError)) throw cause;
        losses.add('unreadable', 1);
        return undefined;
      }
    },
  };
}
