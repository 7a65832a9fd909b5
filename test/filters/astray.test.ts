import fc from 'fast-check';
import { from, lastValueFrom, map, type Observable, toArray } from 'rxjs';
import { type AerPacket, aerPacket, type ChannelSpace, channels, toRaster } from 'spikeline';
import { type Losses, lossCounter } from 'spikeline/events';
import { timeSlice } from 'spikeline/operators';
import { describe, expect, it } from 'vitest';

type Packet = AerPacket<ChannelSpace>;

const space = channels(2);
/** Times of a stream of 0.3 ms, and where it lies. */
const whole = Array.from({ length: 60 }, (_, i) => 300 * i);
/** Single times that are broken, by what they follow. */
const broken = fc.uniqueArray(
  fc.tuple(fc.integer({ min: 0, max: 28 }), fc.integer({ min: 61e6, max: 2 ** 52 })),
  { maxLength: 4, selector: ([after]) => after },
);
const cuts = fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 10 });

/** Packets of any size, of which each says what its last event says. */
function packetsOf(times: readonly number[], sizes: readonly number[]): Packet[] {
  const packets: Packet[] = [];
  for (let at = 0, i = 0; at < times.length; at += sizes[i++ % sizes.length]!) {
    const timestamps = Float64Array.from(times.slice(at, at + sizes[i % sizes.length]!));
    const addresses = Uint32Array.from(timestamps, (time) => time % 2);
    packets.push({ timestamps, addresses, space, until: timestamps.at(-1)! });
  }
  return packets;
}

type Use = (packets$: Observable<Packet>, losses: Losses) => Observable<unknown>;

const uses: Readonly<Record<string, Use>> = {
  toRaster: (packets$, losses) =>
    packets$.pipe(
      toRaster({ channels: 2, dt: 1e-3, chunkSteps: 1, losses }),
      map(({ startTime, counts }) => [startTime, ...counts]),
    ),
  timeSlice: (packets$, losses) =>
    packets$.pipe(
      timeSlice({ window: 1e-3, losses }),
      map(({ until, timestamps }) => [until, ...timestamps]),
    ),
};

describe.each(Object.entries(uses))('single times far ahead, in %s', (_, use) => {
  const made = async (packets: readonly Packet[]) => {
    const losses = lossCounter();
    const all = await lastValueFrom(use(from(packets), losses).pipe(toArray()));
    return [all, losses.byReason] as const;
  };

  it('are left out, wherever the stream is cut, and all else is as without them', async () => {
    const [expected] = await made([
      aerPacket(
        whole,
        whole.map((time) => time % 2),
        space,
      ),
    ]);
    await fc.assert(
      fc.asyncProperty(broken, cuts, async (wrong, sizes) => {
        const far = new Map(wrong.map(([after, time]) => [2 * after, time]));
        const times = whole.flatMap((time, i) => (far.has(i) ? [time, far.get(i)!] : [time]));
        const [all, losses] = await made(packetsOf(times, sizes));
        expect(all).toEqual(expected);
        expect(losses).toEqual(far.size > 0 ? { astray: far.size } : {});
      }),
    );
  });

  it('are believed where the stream goes on there, or ends', async () => {
    const hour = 3600e6;
    const there = [hour, hour + 300];
    for (const sizes of [[1], [2], [4]]) {
      const [all, losses] = await made(packetsOf([0, 300, ...there], sizes));
      expect(losses).toEqual({ jumps: 1 });
      expect(JSON.stringify(all)).toContain(`${hour}`);
    }
    expect((await made(packetsOf([0, 300, hour], [2])))[1]).toEqual({ jumps: 1 });
  });
});
