import fc from 'fast-check';
import { DataError } from 'spikeline';
import type { Codec, Decoder, StreamHeader } from 'spikeline/codecs';
import { type AerPacket, type Space, unpackPixel } from 'spikeline/events';
import { pixelBits } from '#src/events/space';
import type { Form } from '#test/codecs/forms';

/** Inputs of each property; more of them by the environment. */
export const numRuns: number = Number(process.env['SPIKELINE_CODEC_RUNS'] ?? 12);

/** Addresses of a space, its corners more often than chance has them. */
function addressOf(space: Space): fc.Arbitrary<number> {
  const side = (count: number): fc.Arbitrary<number> =>
    fc.oneof(fc.nat(count - 1), fc.constantFrom(0, count - 1), fc.nat(Math.min(count - 1, 40)));
  if (space.kind === 'pixels') {
    const { yShift } = pixelBits(space);
    return fc
      .tuple(side(space.width), side(space.height), fc.nat(1))
      .map(([x, y, on]) => ((y << yShift) | (x << 1) | on) >>> 0);
  }
  return side(space.kind === 'channels' ? space.channels : 2 ** 31);
}

/** Pauses between events: none, short, around each counter of the format, steps back. */
function pauseOf({ longestPause, counters, stepsBack = 0 }: Form): fc.Arbitrary<number> {
  const around = counters
    .flatMap((counter) => [-2, -1, 0, 1, 2].map((more) => counter + more))
    .filter((pause) => pause <= longestPause);
  return fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 6, arbitrary: fc.nat(300) },
    { weight: 1, arbitrary: fc.constantFrom(...around, longestPause) },
    { weight: 1, arbitrary: fc.integer({ min: -stepsBack, max: 0 }) },
  );
}

/** Packets that a format can express. Runs of neighbours come up, since some formats join them. */
export function packetsOf(form: Form): fc.Arbitrary<AerPacket[]> {
  const { space, latest = 2 ** 50 } = form;
  const first = fc.oneof(fc.nat(1000), fc.constantFrom(...form.counters), fc.nat(latest));
  const event = fc.record({
    pause: pauseOf(form),
    address: addressOf(space),
    neighbour: fc.boolean(),
    cut: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
  });
  return fc.tuple(first, fc.array(event, { maxLength: 60 })).map(([begin, events]) => {
    const packets: AerPacket[] = [];
    let times: number[] = [];
    let addresses: number[] = [];
    let time = Math.min(begin, latest);
    let newest = 0;
    let address = 0;
    const flush = (): void => {
      if (times.length === 0) return;
      newest = Math.max(newest, times.at(-1)!);
      packets.push({
        timestamps: Float64Array.from(times),
        addresses: Uint32Array.from(addresses),
        space,
        until: newest,
      });
      times = [];
      addresses = [];
    };
    const edge = space.kind === 'pixels' ? 2 * space.width : 0;
    const xMask = space.kind === 'pixels' ? pixelBits(space).xMask : 0;
    for (const { pause, address: any, neighbour, cut } of events) {
      const beside = address + 2;
      const column = (beside >>> 1) & xMask;
      const near = neighbour && column > 0 && 2 * column < edge;
      address = near && times.length > 0 ? beside : any;
      if (!near)
        time = times.length === 0 && packets.length === 0 ? time : Math.max(begin, time + pause);
      times.push(time);
      addresses.push(address);
      if (cut) flush();
    }
    flush();
    return packets;
  });
}

/** Events of packets, one after the other, however they were cut. */
export function eventsOf(
  packets: readonly AerPacket[],
  kept: (address: number) => number = (address) => address,
): { readonly times: readonly number[]; readonly addresses: readonly number[] } {
  return {
    times: packets.flatMap(({ timestamps }) => [...timestamps]),
    addresses: packets.flatMap(({ addresses }) => Array.from(addresses, kept)),
  };
}

/** The bytes of packets. */
export function encoded(
  { codec, encoderOptions }: Form,
  packets: readonly AerPacket[],
): Uint8Array {
  const encoder = codec.encoder!(encoderOptions);
  const parts = packets.map((packet) => encoder.push(packet));
  return new Uint8Array(Buffer.concat([...parts, encoder.end()]));
}

/** Where bytes are cut. */
export interface Cuts {
  /** Places, as shares of their length. */
  readonly places?: readonly number[];
  /** Or after every so many bytes. */
  readonly every?: number;
}

export const anyCuts: fc.Arbitrary<Cuts> = fc.oneof(
  fc.record({ places: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }) }),
  fc.record({ every: fc.integer({ min: 1, max: 9 }) }),
);

function placesIn(length: number, { places = [], every }: Cuts): number[] {
  const inner =
    every === undefined
      ? places.map((place) => Math.floor(place * length)).sort((a, b) => a - b)
      : Array.from({ length: Math.floor(length / every) }, (_, i) => i * every);
  return [0, ...inner, length];
}

/** What a decoder makes of bytes in a cut. */
export function decoded(decoder: Decoder, bytes: Uint8Array, cuts: Cuts = {}): AerPacket[] {
  const packets: AerPacket[] = [];
  eachPacket(decoder, bytes, cuts, (packet) => packets.push(packet));
  return packets;
}

/** Reads bytes piece by piece, and hands on what comes of each. */
function eachPacket(
  decoder: Decoder,
  bytes: Uint8Array,
  cuts: Cuts,
  take: (packet: AerPacket) => void,
): void {
  const at = placesIn(bytes.length, cuts);
  for (let i = 1; i < at.length; i++) {
    // The bytes are written over after each call, as a source that reads into the same room does.
    const piece = new Uint8Array(bytes.subarray(at[i - 1], at[i]));
    decoder.push(piece).forEach(take);
    piece.fill(0xa5);
  }
  decoder.end().forEach(take);
}

/** What is done to bytes that were sound. */
export interface Damage {
  readonly kind: 'set' | 'insert' | 'remove' | 'repeat' | 'cut';
  readonly at: number;
  readonly value: number;
  readonly length: number;
}

/** Kinds of damage, as often as they are done. */
export const damageKinds: readonly Damage['kind'][] = [
  ...(['set', 'set', 'set', 'insert', 'remove', 'repeat', 'cut'] as const),
];

/** Bytes that mean something in many formats: every other one that is put. */
export const tellingBytes: readonly number[] = [0, 255, 127, 128, 10, 37, 35];

export const anyDamage: fc.Arbitrary<readonly Damage[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...damageKinds),
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    value: fc.oneof(fc.constantFrom(...tellingBytes), fc.nat(255)),
    length: fc.integer({ min: 1, max: 9 }),
  }),
  { maxLength: 6 },
);

/** Does damage to bytes. */
export function damaged(sound: Uint8Array, damage: readonly Damage[]): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(sound);
  for (const { kind, at, value, length } of damage) {
    const place = Math.floor(at * bytes.length);
    const to = Math.min(bytes.length, place + length);
    const [front, rest] = [bytes.subarray(0, place), bytes.subarray(place)];
    if (kind === 'set') bytes.fill(value, place, to);
    else if (kind === 'insert')
      bytes = Buffer.concat([front, new Uint8Array(length).fill(value), rest]);
    else if (kind === 'remove') bytes = Buffer.concat([front, rest.subarray(length)]);
    else if (kind === 'repeat') bytes = Buffer.concat([front, rest.subarray(0, length), rest]);
    else bytes = front;
  }
  return bytes;
}

/** Reads bytes that may be anything: gives events and what was skipped, or the error that said what is wrong. */
export function attempt(decoder: Decoder, bytes: Uint8Array, cuts: Cuts): unknown {
  try {
    const packets = decoded(decoder, bytes, cuts);
    for (const packet of packets) soundPacket(packet);
    return { ...eventsOf(packets), skipped: decoder.skipped };
  } catch (error) {
    return refusal(error);
  }
}

/** Reads the same and keeps nothing of it: whether it could be read. */
export function canRead(decoder: Decoder, bytes: Uint8Array, cuts: Cuts): boolean {
  try {
    eachPacket(decoder, bytes, cuts, soundPacket);
    return true;
  } catch (error) {
    refusal(error);
    return false;
  }
}

/** The error that says what is wrong with bytes; any other is thrown. */
function refusal(error: unknown): DataError {
  if (error instanceof DataError && error.message.length < 400) return error;
  throw error;
}

/** Holds a packet to its contract, order of times left out. */
function soundPacket({ timestamps, addresses, space, until }: AerPacket): void {
  if (timestamps.length !== addresses.length) throw new Error('lengths differ');
  if (!Number.isSafeInteger(until)) throw new Error(`until is ${until}`);
  if (!timestamps.every(Number.isSafeInteger)) throw new Error('a time is not whole');
  if (space.kind !== 'pixels') return;
  const { yShift, xMask } = pixelBits(space);
  for (const address of addresses) {
    if (((address >>> 1) & xMask) >= space.width || address >>> yShift >= space.height) {
      throw new Error(`${address} is no pixel`);
    }
  }
}

/** Events of pixels in bytes, as `t x y p`, and what was skipped. */
export function read(
  codec: Codec,
  given: Uint8Array,
  options: object = {},
): Pick<Decoder, 'skipped'> & { readonly header: StreamHeader; readonly events: string[] } {
  const decoder = codec.decoder(options);
  const events = decoded(decoder, given).flatMap(({ timestamps, addresses, space }) =>
    Array.from(timestamps, (time, i) => {
      if (space.kind !== 'pixels') throw new Error('no pixels');
      const { x, y, polarity } = unpackPixel(space, addresses[i]!);
      return `${time} ${x} ${y} ${polarity}`;
    }),
  );
  return { events, skipped: decoder.skipped, header: decoder.header! };
}
