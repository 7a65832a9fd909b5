// Where phases lie in steps that are no whole number of microseconds, or hold several bins.
import fc from 'fast-check';
import { lastValueFrom, map, Subject, take, tap, toArray } from 'rxjs';
import { lif, linear, pipeline, runOn, simulator } from 'spikeline';
import { closeLoop, type Phase, protocol, startProtocol } from 'spikeline/loop';
import { describe, expect, it } from 'vitest';
import { binOf, binStart } from '#src/events/bins';
import { runs } from '#test/support/runs';

/** A phase of so many steps that gives its number in each of its bins. */
const phase = (number: number, steps: number, dt: number): Phase => ({
  name: `${number}`,
  duration: steps * dt,
  stimulus: ({ bins }) => new Uint32Array(bins).fill(number),
});

const dts = [1e-3, 1 / 30, 1 / 60, 1 / 1024, 1 / 3000, 510e-6, 2.03e-3, 123e-6];

describe('phases of whole steps', () => {
  it('last so many, whatever the step, the start and the cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...dts),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 30 }),
        fc.constantFrom(1, 3, 10, 64),
        fc.constantFrom(0, 1.6e15),
        async (dt, steps, chunkSteps, from) => {
          const startTime = binStart(binOf(from, 0, dt), dt);
          const run = startProtocol(protocol(steps.map((count, i) => phase(i + 1, count, dt))), {
            channels: 1,
            dt,
          });
          const rasters = await lastValueFrom(
            run.rasters({ startTime, chunkSteps }).pipe(toArray()),
          );
          const wanted = steps.flatMap((count, i) => new Array<number>(count).fill(i + 1));
          const got = rasters.flatMap(({ counts }) => [...counts]);
          expect(got.slice(0, wanted.length)).toEqual(wanted);
          expect(got.slice(wanted.length).every((count) => count === 0)).toBe(true);
          expect(rasters).toHaveLength(Math.ceil(wanted.length / chunkSteps));
          expect(run.state).toBe('completed');
        },
      ),
      { numRuns: runs(60) },
    );
  });

  it.each(dts)('last so many after a trigger and over a pause, at steps of %s s', async (dt) => {
    const signal$ = new Subject<number>();
    const items = [
      { name: 'wait', until: { kind: 'signal', signal$ } as const },
      ...Array.from({ length: 8 }, (_, i) => phase(i + 1, 2, dt)),
    ];
    const run = startProtocol(protocol(items), { channels: 1, dt });
    let step = 0;
    const counts: number[] = [];
    const rasters$ = run.rasters().pipe(
      tap(() => {
        if (++step === 5) signal$.next(1);
        if (step === 9) {
          run.pause();
          setTimeout(() => run.resume());
        }
      }),
      map((raster) => counts.push(raster.counts[0]!)),
    );
    await lastValueFrom(rasters$);
    const given = counts.filter((count) => count > 0);
    expect(given).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8]);
  });

  it('are not lost in steps of a loop that hold several of them', async () => {
    const net = pipeline(linear({ weight: [[9]] }), lif({ neurons: 1, dt: 1e-3, tauMem: 5e-3 }));
    const marks: string[] = [];
    const session = { mark: (label: string, time: number) => void marks.push(`${label} ${time}`) };
    const of = protocol([3, 4, 1, 1, 6].map((steps, i) => phase(i + 1, steps, 1e-3)));
    const loop = closeLoop<number, number>({
      target: simulator(),
      net,
      environment: { reset: () => 0, step: () => ({ observation: 0 }) },
      encode: () => new Uint32Array(5),
      decode: () => 0,
      dt: 5e-3,
      stimulus: startProtocol(of, { channels: 1, session }),
    });
    const steps = await lastValueFrom(loop.pipe(toArray()));
    expect(steps.flatMap(({ input }) => [...input.counts])).toEqual([
      1, 1, 1, 2, 2, 2, 2, 3, 4, 5, 5, 5, 5, 5, 5,
    ]);
    expect(marks.filter((mark) => mark.startsWith('begin'))).toEqual([
      'begin 1 0',
      'begin 2 3000',
      'begin 3 7000',
      'begin 4 8000',
      'begin 5 9000',
    ]);
  });
});

describe('what a phase cannot use', () => {
  const net = pipeline(linear({ weight: [[9]] }), lif({ neurons: 1, dt: 1e-3, tauMem: 5e-3 }));
  const noise = { kind: 'noise', rate: 500 } as const;
  it.each([
    ['too many spikes', { stimulus: () => [5e9] }, 'brings a bin to 5000000000 spikes'],
    ['a promise', { stimulus: async () => [1] }, 'a stimulus gave a promise'],
    ['nothing', { stimulus: () => null }, 'a stimulus gave null; 1×1 counts are needed'],
    ['a channel that there is not', { until: { kind: 'spikes', channel: 7 } }, 'channel 7'],
    [
      'channels that there are not',
      { until: { kind: 'rate', below: 1, window: 1e-3, channels: [0, 9] } },
      'a trigger listens to channel 9; the output has 1, from 0 to 0',
    ],
    [
      'a condition that takes its time',
      { until: { kind: 'signal', signal$: new Subject(), where: async () => false } },
      'where of a trigger gave a promise',
    ],
  ])('ends it, and says so: %s', async (_, given, said) => {
    const phase = { name: 'a', duration: 0.02, stimulus: noise, ...given } as Phase;
    const run = startProtocol(protocol([phase]), { channels: 1 });
    const until = (given as { until?: { signal$?: Subject<number> } }).until;
    const out$ = run.rasters().pipe(
      tap(() => until?.signal$?.next(1)),
      runOn(simulator(), net),
      run.watch(),
    );
    await expect(lastValueFrom(out$)).rejects.toThrow(said);
  });
});

describe('a protocol in a loop', () => {
  const loop = (dt: number, stimulus: ReturnType<typeof startProtocol>) => {
    const net = pipeline(linear({ weight: [[9]] }), lif({ neurons: 1, dt, tauMem: 0.05 }));
    const steps$ = closeLoop<number, number>({
      target: simulator(),
      net,
      environment: { reset: () => 0, step: () => ({ observation: 0 }) },
      encode: () => [0],
      decode: () => 0,
      stimulus,
    });
    return lastValueFrom(steps$.pipe(toArray()));
  };
  const of = protocol([{ name: 'a', duration: 0.02, stimulus: { kind: 'noise', rate: 100 } }]);

  it.each(dts)('takes the step of the network, %s s, and refuses another', async (dt) => {
    expect(await loop(dt, startProtocol(of, { channels: 1, dt }))).not.toHaveLength(0);
    const other = dt === 1e-3 ? 2e-3 : 1e-3;
    await expect(loop(dt, startProtocol(of, { channels: 1, dt: other }))).rejects.toThrow(
      'give startProtocol the dt of the network',
    );
  });

  it('is carried out once', async () => {
    const run = startProtocol(of, { channels: 1 });
    expect(await loop(1e-3, run)).toHaveLength(20);
    await expect(loop(1e-3, run)).rejects.toThrow('a protocol is carried out once');
  });

  it('is carried out by one at a time, which another does not end', async () => {
    const once = 'a protocol is carried out once';
    const run = startProtocol(of, { channels: 1 });
    const seen: number[] = [];
    const ends: unknown[] = [];
    const other = new Subject<void>();
    const first = run.rasters().pipe(tap(() => other.next()));
    const others: Promise<unknown>[] = [];
    other.pipe(take(1)).subscribe(() => {
      others.push(loop(1e-3, run), lastValueFrom(run.rasters()));
    });
    await lastValueFrom(first.pipe(tap(({ startTime }) => seen.push(startTime))));
    for (const result of await Promise.allSettled(others))
      ends.push((result as { reason: unknown }).reason);
    expect(ends.map(String)).toEqual([
      expect.stringContaining(once),
      expect.stringContaining(once),
    ]);
    expect(seen).toHaveLength(20);
    expect(run.state).toBe('completed');
  });
});
