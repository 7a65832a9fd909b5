/** Events on the wire: the body of such a message. */
import { DataError } from '../errors.ts';
import type { AerPacket } from './aer-packet.ts';
import { addressLimit, channels, chipWords, pixels, type Space, spaceText } from './space.ts';
import { type Body, expectRoom, headerBytes, put, refuse, room } from './wire-room.ts';

const spaceBytes = 16;
const spaceKinds = { channels: 0, pixels: 1, chipWords: 2 } as const;

/** Largest name of a family, bytes. */
const longestName = 255;

const utf8 = new TextEncoder();
const utf8Text = new TextDecoder('utf-8', { fatal: true });

/** How packets of events are written and read. */
export const events: Body<AerPacket> = {
  code: 1,
  until: ({ until }) => until,
  encode({ timestamps, addresses, space }) {
    const count = addresses.length;
    const name = utf8.encode(space.kind === 'chipWords' ? space.family : '');
    const at = headerBytes + spaceBytes;
    const made = room(at + 12 * count + name.length);
    made.view.setUint32(16, count, true);
    made.view.setUint32(20, spaceKinds[space.kind], true);
    const [first, second] = spaceNumbers(space, name.length);
    made.view.setUint32(24, first, true);
    made.view.setUint32(28, second, true);
    put(made, at, timestamps);
    put(made, at + 8 * count, addresses);
    made.bytes.set(name, at + 12 * count);
    return made;
  },
  decode: ({ bytes, view }, until) => decodeEvents(bytes, view, until),
};

function spaceNumbers(space: Space, nameBytes: number): readonly [number, number] {
  switch (space.kind) {
    case 'channels':
      return [space.channels - 1, 0];
    case 'pixels':
      return [space.width, space.height];
    case 'chipWords':
      return [nameBytes, 0];
  }
}

function decodeEvents(bytes: Uint8Array, view: DataView, until: number): AerPacket {
  const at = headerBytes + spaceBytes;
  expectRoom(bytes, at, 'the space of the events');
  const count = view.getUint32(16, true);
  const [first, second] = [view.getUint32(24, true), view.getUint32(28, true)];
  const kind = view.getUint32(20, true);
  const nameBytes = kind === spaceKinds.chipWords ? first : 0;
  if (bytes.length !== at + 12 * count + nameBytes) {
    refuse(`${bytes.length} bytes do not hold ${count} events`);
  }
  const space = decodeSpace(kind, first, second, bytes.subarray(at + 12 * count));
  const timestamps = new Float64Array(bytes.buffer, bytes.byteOffset + at, count);
  const addresses = new Uint32Array(bytes.buffer, bytes.byteOffset + at + 8 * count, count);
  checkEvents(timestamps, addresses, space, until);
  return { timestamps, addresses, space, until };
}

function decodeSpace(kind: number, first: number, second: number, name: Uint8Array): Space {
  try {
    if (kind === spaceKinds.channels) return channels(first + 1);
    if (kind === spaceKinds.pixels) return pixels(first, second);
    if (kind === spaceKinds.chipWords && name.length <= longestName) {
      return chipWords(utf8Text.decode(name));
    }
  } catch (cause) {
    throw new DataError('these bytes are no message: the space of the events cannot be', { cause });
  }
  return refuse(`the kind of its space is ${kind}, with a name of ${name.length} bytes`);
}

/** Refuses events that no packet could hold. */
function checkEvents(
  timestamps: Float64Array,
  addresses: Uint32Array,
  space: Space,
  until: number,
): void {
  const limit = addressLimit(space);
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < timestamps.length; i++) {
    const time = timestamps[i]!;
    if (!(time >= last && Number.isSafeInteger(time))) {
      refuse(`timestamp ${i} is ${time}; whole µs in their order are needed`);
    }
    if (addresses[i]! >= limit) {
      refuse(`address ${i} is ${addresses[i]}; there are ${spaceText(space)}`);
    }
    last = time;
  }
  if (!(until >= last && Number.isSafeInteger(until))) refuse(`its until is ${until}`);
}
