import fc from 'fast-check';
import {
  type AerPacket,
  aerPacket,
  type ChannelSpace,
  channels,
  type PixelSpace,
  pixels,
  type Space,
} from 'spikeline';
import { packPixel } from 'spikeline/events';

/** The picture of random streams. */
export const camera: PixelSpace = pixels(6, 5);

/** A stream of random events with ties and pauses, as one packet. */
function streams<S extends Space>(
  space: S,
  address: fc.Arbitrary<number>,
): fc.Arbitrary<AerPacket<S>> {
  const gap = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 300 }) },
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 9000 }) },
  );
  return fc
    .record({
      start: fc.integer({ min: 0, max: 50_000 }),
      events: fc.array(fc.tuple(gap, address), { maxLength: 60 }),
      rest: fc.integer({ min: 0, max: 4000 }),
    })
    .map(({ start, events, rest }) => {
      let time = start;
      const times = events.map(([after]) => (time += after));
      const addresses = events.map(([, one]) => one);
      return aerPacket(times, addresses, space, time + rest);
    });
}

/** Random streams of pixels. */
export const pixelStreams: fc.Arbitrary<AerPacket<PixelSpace>> = streams(
  camera,
  fc
    .record({
      x: fc.integer({ min: 0, max: 5 }),
      y: fc.integer({ min: 0, max: 4 }),
      polarity: fc.integer({ min: 0, max: 1 }),
    })
    .map((pixel) => packPixel(camera, pixel)),
);

/** Random streams of channels. */
export const channelStreams: fc.Arbitrary<AerPacket<ChannelSpace>> = streams(
  channels(5),
  fc.integer({ min: 0, max: 4 }),
);

/** Where to cut a stream: after how many events, and how much of the time to the next one each packet says. */
export const cutPlaces: fc.Arbitrary<[number, number][]> = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 12 }), fc.double({ min: 0, max: 1, noNaN: true })),
  { maxLength: 12 },
);

/** Cuts a packet into several, some of them empty, each with an `until` that is true. */
export function cutPacket<S extends Space>(
  { timestamps, addresses, space, until }: AerPacket<S>,
  places: readonly (readonly [number, number])[],
): AerPacket<S>[] {
  const packets: AerPacket<S>[] = [];
  let from = 0;
  let said = Number.NEGATIVE_INFINITY;
  for (const [count, share] of places) {
    const to = Math.min(timestamps.length, from + count);
    const last = timestamps[to - 1] ?? timestamps[0] ?? until;
    const next = timestamps[to] ?? until;
    said = Math.max(said, Math.floor(last + share * (next - last)));
    packets.push({
      timestamps: timestamps.slice(from, to),
      addresses: addresses.slice(from, to),
      space,
      until: said,
    });
    from = to;
  }
  packets.push({
    timestamps: timestamps.slice(from),
    addresses: addresses.slice(from),
    space,
    until,
  });
  return packets;
}
