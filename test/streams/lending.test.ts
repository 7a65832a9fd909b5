import { defer, from, lastValueFrom, type Observable, share, tap, toArray } from 'rxjs';
import { type AerPacket, aerPacket, pixels, toChannels, toRaster } from 'spikeline';
import { codecNamed } from 'spikeline/codecs';
import { type ChannelSpace, channels, cropFilter, type PixelSpace } from 'spikeline/events';
import { crop, denoise, polarity, timeSlice } from 'spikeline/operators';
import { fromFile } from 'spikeline/sources';
import { describe, expect, it } from 'vitest';
import { borrowing, type Loan, lend } from '#src/lending';

const camera = pixels(64, 64);
const left = { x: 0, y: 0, width: 32, height: 64 };

/** A source that lends packets, with those that came back. */
function lender<S extends PixelSpace | ChannelSpace>(packets: readonly AerPacket<S>[]) {
  const back: AerPacket[] = [];
  const source: Observable<AerPacket<S>> = defer(() => {
    lend(source, (item) => back.push(item as AerPacket));
    return from(packets);
  });
  return { source, back };
}

/** Packets on both sides of the picture, but for one on the left side. */
const packets = [
  aerPacket([1, 2], [0, 100], camera),
  aerPacket([3, 4], [2, 4], camera),
  aerPacket([5, 6], [100, 6], camera),
];

const subscribed = (stream: Observable<unknown>): Promise<unknown> =>
  lastValueFrom(stream.pipe(toArray()));

describe('a packet that is lent', () => {
  it('comes back from a stage that is done with it, unless its arrays go on', async () => {
    const { source, back } = lender(packets);
    await subscribed(source.pipe(crop(left)));
    expect(back).toEqual([packets[0], packets[2]]);
    back.length = 0;
    await subscribed(source.pipe(denoise({ window: 1 })));
    // Both events of the second have neighbours.
    expect(back).toEqual([packets[0], packets[2]]);
    back.length = 0;
    await subscribed(source.pipe(polarity('off')));
    await subscribed(source.pipe(polarity('merge')));
    await subscribed(source.pipe(toChannels()));
    await subscribed(source.pipe(timeSlice({ window: 1 })));
    expect(back).toEqual([]);
  });

  it('comes back from toRaster', async () => {
    const { source, back } = lender([aerPacket([1, 2], [0, 1], channels(2))]);
    await subscribed(source.pipe(toRaster({ channels: 2, dt: 1e-3, chunkSteps: 1 })));
    expect(back.length).toBe(1);
  });

  it('is lent to nobody who has others in between, and to none but its borrower', async () => {
    const { source, back } = lender(packets);
    await subscribed(source);
    await subscribed(
      source.pipe(
        tap(() => {}),
        crop(left),
      ),
    );
    await subscribed(source.pipe(share(), crop(left)));
    const both = crop(left)(defer(() => source));
    await subscribed(both);
    expect(back).toEqual([]);
    await subscribed(source.pipe(crop(left), crop({ ...left, width: 16 })));
    expect(back.length).toBe(2);
  });
});

describe('a file', () => {
  const count = 18_000;
  const whole = aerPacket(
    Float64Array.from({ length: count }, (_, i) => i),
    // The second packet lies on the left side as a whole.
    Uint32Array.from({ length: count }, (_, i) =>
      i >= 8000 && i < 17_000 ? i % 64 : (i * 7919) % 8192,
    ),
    camera,
  );
  const bytes = new Blob([new Uint8Array(codecNamed('dat').encoder!().push(whole))]);

  it('gives the same to a stage that borrows as to one that does not', async () => {
    const kept: AerPacket[] = [];
    const cropped = cropFilter(left);
    const borrowed = await lastValueFrom(fromFile(bytes).pipe(crop(left), toArray()));
    const others = await lastValueFrom(
      fromFile(bytes).pipe(
        tap((packet) => kept.push(packet)),
        crop(left),
        toArray(),
      ),
    );
    expect(borrowed).toEqual(others);
    expect(others).toEqual(kept.map((packet) => cropped(packet as AerPacket<PixelSpace>)));
    expect(kept.flatMap(({ timestamps }) => [...timestamps])).toEqual([...whole.timestamps]);
    expect(kept.flatMap(({ addresses }) => [...addresses])).toEqual([...whole.addresses]);
  });

  it('lays later packets down in those that came back', async () => {
    const file = fromFile(bytes, { loop: 9 });
    const loan: Loan = { source: file };
    const buffers = new Set<ArrayBufferLike>();
    let many = 0;
    await new Promise<void>((complete, error) => {
      const next = (packet: AerPacket): void => {
        many++;
        buffers.add(packet.addresses.buffer);
        loan.giveBack!(packet);
      };
      borrowing(loan, () => file.subscribe({ next, complete, error }));
    });
    expect(buffers.size).toBeLessThan(many);
  });

  it('is read again later in time, and gives each pass for itself', async () => {
    const passes = await lastValueFrom(fromFile(bytes, { loop: 3 }).pipe(toArray()));
    const times = passes.flatMap(({ timestamps }) => [...timestamps]);
    const expected = [0, 1, 2].flatMap((pass) =>
      Array.from(whole.timestamps, (time) => time + pass * (count - 1)),
    );
    expect(times).toEqual(expected);
    expect(passes.at(-1)!.until).toBe(expected.at(-1));
    const cropped = await lastValueFrom(fromFile(bytes, { loop: 3 }).pipe(crop(left), toArray()));
    const filter = cropFilter(left);
    expect(cropped).toEqual(passes.map((packet) => filter(packet)));
  });

  it.each([{ window: 1 }, { events: 1 }, { speed: 1 }])('is not lent with %j', (config) => {
    const file = fromFile(bytes, config);
    const loan: Loan = { source: file };
    borrowing(loan, () => file.subscribe()).unsubscribe();
    expect(loan.giveBack).toBeUndefined();
  });
});
