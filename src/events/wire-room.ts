/** The bytes of a message on the wire, to be written and read. */
import { DataError } from '../errors.ts';

/** Bytes of the header of every message. */
export const headerBytes = 16;

/** Bytes of a message, with room for its header. */
export interface Room {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly view: DataView;
}

/** Bytes of a message that came. */
export interface Given {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** How a kind of item is written and read. */
export interface Body<Item> {
  /** Number of the kind. */
  readonly code: number;
  /** Until when everything has been said, microseconds. */
  until(item: Item): number;
  /** Makes the bytes of a message and writes all but its header. */
  encode(item: Item): Room;
  /** Reads what follows the header. */
  decode(given: Given, until: number): Item;
}

/** Refuses bytes. */
export function refuse(reason: string): never {
  throw new DataError(`these bytes are no message: ${reason}`);
}

/** Makes the bytes of a message. */
export function room(length: number): Room {
  const bytes = new Uint8Array(length);
  return { bytes, view: new DataView(bytes.buffer) };
}

/** Bytes that must be there before anything else is read. */
export function expectRoom(bytes: Uint8Array, at: number, what: string): void {
  if (bytes.length < at) refuse(`${what} is cut off`);
}

/** Writes the bytes of an array. */
export function put({ bytes }: Room, at: number, values: Float64Array | Uint32Array): void {
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
}

const utf8Text = new TextDecoder('utf-8', { fatal: true });

/** Reads a text. */
export function readText(bytes: Uint8Array, what: string): string {
  try {
    return utf8Text.decode(bytes);
  } catch (cause) {
    throw new DataError(`these bytes are no message: ${what} is not UTF-8`, { cause });
  }
}
