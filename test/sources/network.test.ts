import { createSocket } from 'node:dgram';
import { NEVER, of, Subject, startWith } from 'rxjs';
import {
  type AerPacket,
  aerPacket,
  channels,
  InvalidArgumentError,
  pixels,
  spikeRaster,
} from 'spikeline';
import { lossCounter, marks, series } from 'spikeline/events';
import { NetworkError } from 'spikeline/problems';
import { toUdp, toWebSocket } from 'spikeline/sinks';
import { fromPull, fromUdp, fromWebSocket } from 'spikeline/sources';
import { describe, expect, it } from 'vitest';
import type { StreamItem } from '#src/events/series';
import { TestClock } from '#test/support/test-clock';
import { until } from '#test/support/until';
import { type Seen, watch } from '#test/support/watch';

const packet = aerPacket([1, 2, 3], [0, 1, 2], channels(3), 10);
const items: StreamItem[] = [
  packet,
  spikeRaster({ channels: 2, dt: 1e-3, counts: [1, 0, 0, 2] }),
  { steps: 1, channels: 2, dt: 1e-3, startTime: 0, values: Float64Array.of(1, 2) },
  series([0, 10], [1, 2]),
  marks([5], ['on']),
];

/** Events in a long stream of packets. */
const long = Array.from({ length: 40 }, (_, i) =>
  aerPacket(
    Array.from({ length: 500 }, (_, k) => 1000 * i + k),
    Array.from({ length: 500 }, (_, k) => k % 3),
    channels(3),
    1000 * (i + 1),
  ),
);

/** Starts a source that listens at a free port. */
async function heard<Out>(
  make: (onListening: (port: number) => void) => import('rxjs').Observable<Out>,
): Promise<{ readonly seen: Seen<Out>; readonly port: number }> {
  let port = 0;
  const seen = watch(
    make((given) => {
      port = given;
    }),
  );
  await until(() => port > 0 || seen.ended !== 'no');
  return { seen, port };
}

const eventsOf = (values: readonly StreamItem[]) =>
  values.reduce((sum, item) => sum + (item as AerPacket).timestamps.length, 0);

describe('UDP', () => {
  it('carries events, rasters, numbers and marks, and the end', async () => {
    const { seen, port } = await heard((onListening) => fromUdp({ port: 0, onListening }));
    const sent = watch(of(...items).pipe(toUdp({ port })));
    await until(() => seen.ended !== 'no' && sent.ended !== 'no');
    expect(seen.error ?? sent.error).toBeUndefined();
    expect(seen.values).toEqual(items);
    expect(sent.values).toEqual([{ sent: 3 + 2 + 1 + 2 + 1, dropped: 0 }]);
  });

  it('holds a source back that can wait, and loses nothing', async () => {
    const losses = lossCounter();
    const { seen, port } = await heard((onListening) => fromUdp({ port: 0, onListening, losses }));
    const source = fromPull(long, { consume: (item) => [item] });
    const sent = watch(source.pipe(toUdp({ port, capacity: 1000, rate: 4e6, maxBytes: 8192 })));
    await until(() => seen.ended !== 'no' && sent.ended !== 'no');
    expect(sent.values).toEqual([{ sent: 20_000, dropped: 0 }]);
    expect(eventsOf(seen.values) + (losses.byReason['lost'] ?? 0)).toBe(20_000);
  });

  it('drops and counts what a source that cannot wait has too much of', async () => {
    const { seen, port } = await heard((onListening) => fromUdp({ port: 0, onListening }));
    const sent = watch(of(...long).pipe(toUdp({ port, capacity: 1000 })));
    await until(() => seen.ended !== 'no' && sent.ended !== 'no');
    expect(sent.values).toEqual([{ sent: 1000, dropped: 19_000 }]);
    expect(eventsOf(seen.values)).toBe(1000);
  });

  it('counts every event of which a receiver that was held up had no room', async () => {
    const losses = lossCounter();
    const { seen, port } = await heard((onListening) =>
      fromUdp({ port: 0, onListening, losses, buffer: 8192 }),
    );
    // The receiver has this thread back only after 64 datagrams, again and again; it has room for a few.
    const sent = watch(of(...long).pipe(toUdp({ port, rate: 1e9 })));
    await until(() => seen.ended !== 'no' && sent.ended !== 'no');
    expect(sent.values).toEqual([{ sent: 20_000, dropped: 0 }]);
    const lost = losses.byReason['lost'] ?? 0;
    expect(lost).toBeGreaterThan(5000);
    expect(eventsOf(seen.values) + lost).toBe(20_000);
  });

  it('says the end again until it is heard, or nobody is there', async () => {
    const clock = new TestClock();
    const socket = createSocket('udp4');
    const messages: Uint8Array[] = [];
    socket.on('message', (bytes) => messages.push(bytes));
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const { port } = socket.address();
    const sent = watch(of(packet).pipe(toUdp({ port, clock })));
    const ends = () => messages.length - 1;
    await until(() => clock.waiting === 1);
    clock.advance(1);
    for (const [i, wait] of [0, 10, 40, 150].entries()) {
      await until(() => messages.length === i + 1 && clock.waiting === 1);
      clock.advance(wait);
      await until(() => ends() === i + 1);
    }
    await until(() => sent.ended !== 'no');
    expect(messages.slice(2)).toEqual([messages[1], messages[1], messages[1]]);
    const { seen, port: other } = await heard((onListening) => fromUdp({ port: 0, onListening }));
    const heeded = watch(of(packet).pipe(toUdp({ port: other, clock })));
    await until(() => {
      clock.advance(1);
      return heeded.ended !== 'no';
    });
    expect([seen.ended, heeded.ended]).toEqual(['completed', 'completed']);
    socket.close();
  });

  it('carries SPIF, with times and without', async () => {
    const camera = pixels(64, 48);
    const seenBy = async (timestamps: boolean) => {
      const { seen, port } = await heard((onListening) =>
        fromUdp<AerPacket>({
          port: 0,
          form: 'spif',
          width: 64,
          height: 48,
          onListening,
          clock: { now: () => 7, schedule: () => NEVER.subscribe() },
        }),
      );
      const events = aerPacket([100, 200], [3, 130], camera);
      const sent = watch(of(events).pipe(toUdp({ port, form: 'spif', timestamps })));
      await until(() => seen.values.length > 0 && sent.ended !== 'no');
      seen.unsubscribe();
      return seen.values[0]!;
    };
    expect(await seenBy(true)).toMatchObject({
      timestamps: Float64Array.of(100, 200),
      addresses: Uint32Array.of(3, 130),
      space: camera,
    });
    expect((await seenBy(false)).timestamps).toEqual(Float64Array.of(0, 0));
    const raster = watch(of(items[1]!).pipe(toUdp({ port: 9, form: 'spif' })));
    expect(raster.error).toMatchObject({ message: expect.stringMatching(/SPIF carries pixels/) });
  });

  it('closes its sockets, and errs if a port is taken', async () => {
    const { seen, port } = await heard((onListening) => fromUdp({ port: 0, onListening }));
    const second = watch(fromUdp({ port }));
    await until(() => second.ended !== 'no');
    expect(second.error).toMatchObject({ code: 'busy' });
    expect(second.error).toBeInstanceOf(NetworkError);
    seen.unsubscribe();
    await new Promise((resolve) => setImmediate(resolve));
    const free = createSocket('udp4');
    await new Promise<void>((resolve) => free.bind(port, '127.0.0.1', resolve));
    free.close();
    const left = watch(NEVER.pipe(toUdp({ port })));
    left.unsubscribe();
    watch(fromUdp({ port })).unsubscribe();
  });

  it('is refused with its problems', () => {
    expect(() => fromUdp({} as never)).toThrow(InvalidArgumentError);
    expect(() => toUdp({ port: 0 })).toThrow('port');
    expect(() => fromUdp({ port: 1, form: 'tcp' as never })).toThrow('form');
  });
});

describe('WebSocket', () => {
  it('carries everything to a server, and the end', async () => {
    const { seen, port } = await heard((onListening) =>
      fromWebSocket({ listen: 0 }, { onListening }),
    );
    const sent = watch(of(...items).pipe(toWebSocket(`ws://127.0.0.1:${port}`)));
    await until(() => seen.ended !== 'no' && sent.ended !== 'no');
    expect(seen.error ?? sent.error).toBeUndefined();
    expect(seen.values).toEqual(items);
    expect(sent.values).toEqual([{ sent: 9, dropped: 0 }]);
  });

  it('serves several at once, and holds a source back until one is there', async () => {
    let port = 0;
    const onListening = (given: number) => {
      port = given;
    };
    const input = new Subject<StreamItem>();
    const sent = watch(input.pipe(toWebSocket({ listen: 0 }, { onListening })));
    await until(() => port > 0);
    input.next(packet);
    const url = `ws://127.0.0.1:${port}`;
    const hearers = [watch(fromWebSocket(url)), watch(fromWebSocket(url))];
    await until(() => {
      input.next(packet);
      return hearers.every(({ values }) => values.length > 0);
    });
    hearers[1]!.unsubscribe();
    input.complete();
    await until(() => sent.ended !== 'no' && hearers[0]!.ended !== 'no');
    expect(hearers[0]!.ended).toBe('completed');
    expect(hearers[0]!.values[0]).toEqual(packet);
    expect(sent.values[0]!.dropped).toBeGreaterThanOrEqual(3);
    const waiting = watch(
      fromPull(long, { consume: (item) => [item] }).pipe(
        toWebSocket({ listen: 0 }, { onListening }),
      ),
    );
    port = 0;
    await until(() => port > 0);
    const late = watch(fromWebSocket(`ws://127.0.0.1:${port}`));
    await until(() => late.ended !== 'no' && waiting.ended !== 'no');
    expect([late.values.length, waiting.values]).toEqual([40, [{ sent: 20_000, dropped: 0 }]]);
  });

  it('errs if nobody answers, and if the other side goes', async () => {
    const nobody = watch(fromWebSocket('ws://127.0.0.1:1'));
    const nowhere = watch(of(packet).pipe(toWebSocket('ws://127.0.0.1:1')));
    await until(() => nobody.ended !== 'no' && nowhere.ended !== 'no');
    expect([nobody.error, nowhere.error]).toMatchObject([
      { code: 'not-found' },
      { code: 'not-found' },
    ]);
    const { seen, port } = await heard((onListening) =>
      fromWebSocket({ listen: 0 }, { onListening }),
    );
    const second = watch(fromWebSocket({ listen: port }));
    await until(() => second.ended !== 'no');
    expect(second.error).toMatchObject({ code: 'busy' });
    const input = new Subject<StreamItem>();
    const sending = watch(input.pipe(toWebSocket(`ws://127.0.0.1:${port}`)));
    input.next(packet);
    await until(() => seen.values.length > 0);
    seen.unsubscribe();
    await until(() => sending.ended !== 'no');
    expect(sending.error).toMatchObject({ code: 'disconnected' });
  });

  it('ends with what fails when it is told where it is heard', async () => {
    const failure = new Error('nobody is to know');
    const onListening = (): never => {
      throw failure;
    };
    const ends = [
      watch(fromWebSocket({ listen: 0 }, { onListening })),
      watch(NEVER.pipe(startWith(packet), toWebSocket({ listen: 0 }, { onListening }))),
      watch(fromUdp({ port: 0, onListening })),
    ];
    await until(() => ends.every(({ ended }) => ended !== 'no'));
    expect(ends.map(({ error }) => error)).toEqual([failure, failure, failure]);
  });

  it('is refused with its problems', () => {
    expect(() => fromWebSocket('http://x')).toThrow(InvalidArgumentError);
    expect(() => fromWebSocket({ listen: -1 })).toThrow('listen');
    expect(() => toWebSocket('ws://a', { capacity: 1 })).toThrow('capacity');
    expect(() => toWebSocket(undefined as never)).toThrow("'ws://…', or { listen: port }");
  });
});
