import { defer, from, lastValueFrom, type Observable, share, tap, toArray } from 'rxjs';
import { type AerPacket, aerPacket, pixels, toChannels, toRaster } from 'spikeline';
import { codecNamed } from 'spikeline/codecs';
import { type ChannelSpace, channels, cropFilter, type PixelSpace } from 'spikeline/events';
import {
  crop,
  denoise,
  flip,
  maskPixels,
  polarity,
  refractory,
  timeSlice,
} from 'spikeline/operators';
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

/** A borrower of a stream: what it was given, and copies of what that held then. */
function borrow<T extends AerPacket>(source: Observable<T>, keep: number) {
  const loan: Loan = { source };
  const [held, copies]: [T[], T[]] = [[], []];
  borrowing(loan, () =>
    source.subscribe((packet) => {
      held.push(packet);
      copies.push(structuredClone(packet));
      // What has not come back stays as it is, however many come meanwhile.
      for (const [i, of] of held.entries()) {
        if (i >= held.length - keep) expect(of).toEqual(copies[i]);
      }
      if (held.length >= keep) loan.giveBack?.(held[held.length - keep]);
    }),
  );
  return { held, copies, lent: loan.giveBack !== undefined };
}

describe('a stage', () => {
  const many = Array.from({ length: 40 }, (_, n) =>
    aerPacket(
      Float64Array.from({ length: 5 + (n % 7) }, (_, i) => 20 * n + i),
      Uint32Array.from({ length: 5 + (n % 7) }, (_, i) => (n * 12 + i * 34) % 8192),
      camera,
    ),
  );
  const stages = {
    crop: crop(left),
    denoise: denoise({ window: 1 }),
    polarity: polarity('merge'),
    toChannels: toChannels(),
    maskPixels: maskPixels({ pixels: [{ x: 0, y: 0 }] }),
    refractory: refractory({ period: 1e-6 }),
    flip: flip('horizontal'),
  };

  it.each(Object.entries(stages))('lends what it makes, and takes it back: %s', (_, stage) => {
    const plain: AerPacket[] = [];
    from(many)
      .pipe(stage)
      .subscribe((packet) => plain.push(packet));
    for (const keep of [1, 2, 5]) {
      const { copies, held, lent } = borrow<AerPacket>(from(many).pipe(stage), keep);
      expect(lent).toBe(true);
      expect(copies).toEqual(plain);
      expect(new Set(held.map(({ addresses }) => addresses.buffer)).size).toBeLessThan(20);
    }
  });

  it('passes on what is lent down a chain, to the same raster', async () => {
    const { source, back } = lender(many);
    const raster = { channels: 32 * 64, dt: 1e-5, chunkSteps: 3 };
    const borrowed = await subscribed(
      source.pipe(
        crop(left),
        denoise({ window: 1 }),
        toChannels({ polarity: 'merge' }),
        toRaster(raster),
      ),
    );
    // The first of each stage is passed on by its arrays where nothing of it was lost: nobody had given anything back.
    expect(back.length).toBeGreaterThan(many.length - 5);
    const between = <T>() => tap<T>(() => {});
    const others = await subscribed(
      source.pipe(
        between(),
        crop(left),
        between(),
        denoise({ window: 1 }),
        between(),
        toChannels({ polarity: 'merge' }),
        between(),
        toRaster(raster),
      ),
    );
    expect(borrowed).toEqual(others);
  });

  it('takes nothing that is foreign to it, or came back before', () => {
    const filter = cropFilter(left);
    const foreign = aerPacket([1, 2], [0, 2], camera);
    filter.giveBack!(foreign as never);
    const [first, second] = [packets[0]!, packets[1]!].map(filter) as [AerPacket, AerPacket];
    filter.giveBack!(first as never);
    filter.giveBack!(first as never);
    const [third, fourth] = [packets[1]!, packets[0]!].map(filter) as [AerPacket, AerPacket];
    expect(foreign).toEqual(aerPacket([1, 2], [0, 2], camera));
    expect([...second.timestamps, ...third.timestamps, ...fourth.timestamps]).toEqual([
      3, 4, 3, 4, 1,
    ]);
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
