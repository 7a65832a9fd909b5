import {
  concat,
  from,
  lastValueFrom,
  type Observable,
  type OperatorFunction,
  of,
  Subject,
  takeUntil,
  tap,
  throwError,
  timer,
  toArray,
} from 'rxjs';
import {
  fromPull,
  fromRaster,
  lif,
  linear,
  pipeline,
  poisson,
  runOn,
  type SpikeRaster,
  simulator,
  spikeRaster,
} from 'spikeline';
import { type AerPacket, aerPacket, channels, emptyPacket, pixels } from 'spikeline/events';
import { inSession, protocol, startProtocol } from 'spikeline/loop';
import { countSlice, timeSlice, toFrame, toRaster } from 'spikeline/operators';
import { describe, expect, it } from 'vitest';
import { gate, onDemand } from '#src/demand';
import { emptyFolder } from '#test/support/folders';
import { stoppedByTimer } from '#test/support/stopped';
import { until } from '#test/support/until';
import { watch } from '#test/support/watch';

interface Form {
  readonly operator: () => OperatorFunction<AerPacket<never>, unknown>;
  /** A packet of which thousands of items are made. */
  readonly long: AerPacket;
  /** The same in packets of which few are made each, but for the last event. */
  readonly cut: readonly AerPacket[];
  /** What comes after it. */
  readonly after: AerPacket;
}

const one = channels(1);
const some = Array.from({ length: 5000 }, (_, i) => 1000 * i + (i % 7));
const zeros = some.map(() => 0);
const inSpace = (space: AerPacket['space']) => ({
  long: aerPacket(some, zeros, space, 5_400_000),
  cut: [
    ...some.map((time) => aerPacket([time], [0], space)),
    ...Array.from({ length: 1000 }, (_, i) => emptyPacket(space, 5_000_000 + 400 * i)),
    emptyPacket(space, 5_400_000),
  ],
  after: aerPacket([5_400_100], [0], space, 5_403_000),
});

const forms: Record<string, Form> = {
  toRaster: {
    operator: () => toRaster({ channels: 1, dt: 1e-3, chunkSteps: 1 }),
    ...inSpace(one),
  },
  timeSlice: { operator: () => timeSlice({ window: 1e-3 }), ...inSpace(one) },
  toFrame: { operator: () => toFrame({ window: 1e-3 }), ...inSpace(pixels(1, 1)) },
  countSlice: { operator: () => countSlice({ events: 1 }), ...inSpace(one) },
};

const all = <T>(stream: Observable<T>): Promise<T[]> => lastValueFrom(stream.pipe(toArray()));

for (const [name, { operator, long, cut, after }] of Object.entries(forms)) {
  const through = (packets: Observable<AerPacket>): Observable<unknown> =>
    (packets as Observable<AerPacket<never>>).pipe(operator());

  describe(`${name} of a packet that makes thousands of items`, () => {
    it('gives what it gives of short ones, in turns, and what comes meanwhile after it', async () => {
      const expected = await all(through(from([...cut, after])));
      const source = new Subject<AerPacket>();
      const seen = watch(through(source));
      source.next(long);
      source.next(after);
      source.complete();
      const first = seen.values.length;
      expect([seen.ended, first > 0, first < 2000]).toEqual(['no', true, true]);
      await until(() => seen.ended !== 'no');
      // Silence after the last event is told in as many pieces as it came.
      const count = (values: readonly unknown[]) =>
        name === 'countSlice'
          ? values.filter((v) => (v as AerPacket).addresses.length > 0)
          : values;
      expect(count(seen.values)).toEqual(count(expected));
    });

    it('fails after it, if its source does', async () => {
      const expected = (await all(through(of(long)))).length;
      const failure = new Error('the source failed');
      const seen = watch(
        through(
          concat(
            of(long),
            throwError(() => failure),
          ),
        ),
      );
      expect(seen.ended).toBe('no');
      await until(() => seen.ended !== 'no');
      expect(seen.error).toBe(failure);
      // The last window has not come to its end.
      expect(expected - seen.values.length).toBeLessThanOrEqual(1);
    });

    it('takes what comes of its own answers after it', async () => {
      const source = new Subject<AerPacket>();
      let answers = 0;
      const seen = watch(
        through(source).pipe(
          tap(() => {
            if (++answers === 2000) source.next(after);
          }),
        ),
      );
      source.next(long);
      await until(() => seen.values.length > 5000);
      source.complete();
      await until(() => seen.ended !== 'no');
      expect(seen.values).toEqual(await all(through(of(long, after))));
    });

    it('stops when it is left, and emits nothing more', async () => {
      const seen = watch(through(of(long)));
      const { length } = seen.values;
      seen.unsubscribe();
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      expect(seen.values).toHaveLength(length);
    });

    it('holds a source back that can wait, and is held back by whom it feeds', async () => {
      const demand = gate();
      let given = 0;
      function* items() {
        for (const packet of [long, after, after]) {
          given++;
          yield packet;
        }
      }
      // It is held back from within its first item: a moment later, it may have done them all.
      let fresh = true;
      const holdBack = () => {
        if (fresh) demand.set(false);
        fresh = false;
      };
      const seen = onDemand(demand, () =>
        watch(through(fromPull(items(), { consume: (packet) => of(packet) })).pipe(tap(holdBack))),
      );
      expect(demand.asked).toBe(true);
      await until(() => seen.values.length > 0);
      const { length } = seen.values;
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
      expect([given, seen.values.length]).toEqual([1, length]);
      demand.set(true);
      await until(() => seen.ended !== 'no');
      expect(given).toBe(3);
    });
  });
}

describe('a pipeline that is run on a packet of many bins', () => {
  // It fires by itself, so that silence is heard.
  const wide = pipeline(
    linear({ weight: [Array.from({ length: 40 }, (_, i) => i % 9)] }),
    lif({ neurons: 40, dt: 1e-3, tauMem: 0.02, threshold: 3, name: 'out' }),
  );
  const long = aerPacket(some, zeros, one, 5_400_000);
  const packets = [long, emptyPacket(one, 60e6), aerPacket([60e6 + 5], [0], one, 70e6)];
  const eventsOf = (all: readonly AerPacket[]) =>
    all.map(({ timestamps, addresses, until }) => [[...timestamps], [...addresses], until]);

  it('gives the same in turns, and can be stopped between them', async () => {
    const source = new Subject<AerPacket<typeof one>>();
    const seen = watch(source.pipe(runOn(simulator(), wide)));
    for (const packet of packets) source.next(packet);
    source.complete();
    expect([seen.ended, seen.values.length]).toEqual(['no', 0]);
    await until(() => seen.ended !== 'no');
    expect(seen.error).toBeUndefined();
    const values: AerPacket[] = [];
    const run = simulator().start(wide, {
      next: (value) => values.push(value as AerPacket),
      error: (cause) => expect(cause).toBeUndefined(),
      complete() {},
    });
    for (const packet of packets) run.push(packet);
    run.end();
    expect(eventsOf(seen.values)).toEqual(eventsOf(values));

    const left = watch(of(...packets).pipe(runOn(simulator(), wide)));
    left.unsubscribe();
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(left.values).toEqual([]);
  });

  it('does so too while a session records it', async () => {
    const spikes$ = inSession(emptyFolder(), {}, (session) =>
      of(...packets).pipe(runOn(session.target(simulator()), wide)),
    );
    const seen = watch(spikes$);
    expect([seen.ended, seen.values.length]).toEqual(['no', 0]);
    await until(() => seen.ended !== 'no');
    expect(seen.error).toBeUndefined();
    const plain = await all(of(...packets).pipe(runOn(simulator(), wide)));
    expect(eventsOf(seen.values)).toEqual(eventsOf(plain));
  });

  it('gives the same after a silence between two rasters, in turns', async () => {
    const chunk = (startTime: number) =>
      spikeRaster({ channels: 1, dt: 1e-3, counts: [1, 0], startTime });
    // Half a minute, and an hour, of which a minute is computed.
    const rasters = [chunk(0), chunk(30e6), chunk(3600e6), chunk(3600e6 + 2000)];
    const [turns, once] = [simulator(), simulator()];
    const seen = watch(from(rasters).pipe(runOn(turns, wide)));
    expect([seen.ended, seen.values.length]).toEqual(['no', 1]);
    await until(() => seen.ended !== 'no');
    const values: SpikeRaster[] = [];
    const run = once.start(wide, {
      next: (value) => values.push(value as SpikeRaster),
      error: (cause) => expect(cause).toBeUndefined(),
      complete() {},
    });
    for (const raster of rasters) run.push(raster);
    run.end();
    expect(seen.values).toEqual(values);
    expect(turns.losses.byReason).toEqual(once.losses.byReason);
    expect(turns.losses.byReason).toMatchObject({ jumps: 1 });
  });

  it('takes no more room for many neurons than for few', async () => {
    const many = pipeline(
      linear({ weight: [Array.from({ length: 4096 }, () => 1)] }),
      lif({ neurons: 4096, dt: 1e-3, tauMem: 0.02, name: 'out' }),
    );
    const out = await all(
      of(emptyPacket(one, 0), long, emptyPacket(one, 25e6)).pipe(runOn(simulator(), many)),
    );
    expect(out.map(({ until: end }) => end)).toEqual([0, 5_400_000, 25e6]);
  });

  it('can be stopped by a timer', async () => {
    const hour = of(aerPacket([0], [0], one), emptyPacket(one, 3599e6));
    const values = await all(hour.pipe(runOn(simulator(), wide), takeUntil(timer(5))));
    // What came before the silence; the hour is not over.
    expect(values).toHaveLength(1);
  });
});

describe('a packet that says how much time has passed', () => {
  const hour = (space: AerPacket['space']) =>
    of(aerPacket([0], [0], space), emptyPacket(space, 3599e6)) as Observable<AerPacket<never>>;
  const endless: Record<string, () => Observable<unknown>> = {
    toRaster: () => hour(one).pipe(toRaster({ channels: 1, dt: 1e-6, chunkSteps: 1 })),
    timeSlice: () => hour(one).pipe(timeSlice({ window: 4e-3 })),
    toFrame: () => hour(pixels(64, 64)).pipe(toFrame({ window: 4e-3 })),
  };
  for (const [name, make] of Object.entries(endless)) {
    it(`can be stopped by a timer: ${name}`, async () => {
      const twoTurns = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      expect(await stoppedByTimer(make(), twoTurns)).toBeLessThan(8e5);
    });
  }
});

describe('a source of few large items gives way after the first ones', () => {
  const large = { channels: 1024, dt: 1e-3 };
  const rest = protocol([{ name: 'rest', duration: 1e4 }]);
  const short = protocol([{ times: 1e9, items: [{ name: 'a', duration: 1e-6 }] }]);
  const raster = spikeRaster({ ...large, counts: { steps: 512 } });
  const sources: Readonly<Record<string, () => Observable<unknown>>> = {
    poisson: () => poisson({ ...large, rate: 0, chunkSteps: 512, seed: 1 }),
    fromRaster: () =>
      fromRaster(spikeRaster({ ...large, counts: { steps: 16_384 } }), { chunkSteps: 512 }),
    fromPull: () =>
      fromPull(
        Array.from({ length: 32 }, () => raster),
        { consume: (item) => of(item) },
      ),
    'the rasters of a protocol': () => startProtocol(rest, large).rasters({ chunkSteps: 512 }),
    'a protocol of many short phases': () =>
      startProtocol(short, { channels: 1, dt: 1e-3 }).rasters({ chunkSteps: 4 }),
  };

  it.each(Object.entries(sources))('%s', async (_, make) => {
    let items = 0;
    const waited = new Promise<number>((resolve) => setImmediate(() => resolve(items)));
    const seen = make().subscribe(() => items++);
    expect(await waited).toBeLessThanOrEqual(2);
    await until(() => items > 2);
    seen.unsubscribe();
  });
});
