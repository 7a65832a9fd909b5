import fc from 'fast-check';
import { from, Observable, of, Subject, throwError } from 'rxjs';
import {
  DataError,
  dynapSim,
  InvalidArgumentError,
  linear,
  type Pipeline,
  pipeline,
  runOn,
  type SpikeRaster,
  simulator,
  spikeRaster,
  startPipeline,
  type Target,
  type TargetObserver,
  toEvents,
  UnsupportedPipelineError,
} from 'spikeline';
import * as operators from 'spikeline/operators';
import { describe, expect, it } from 'vitest';
import { fault } from '#src/problems';
import { marbles, operatorCases } from '#test/support/cases';
import { chunk, cut, cuts, rasters } from '#test/support/rasters';
import { runs } from '#test/support/runs';
import { watch } from '#test/support/watch';

const net = pipeline(linear({ weight: [[4], [2]] }), dynapSim({ neurons: 1 }));

operatorCases<SpikeRaster, SpikeRaster>('runOn', () => runOn(simulator(), net), chunk);

/** A target that writes down what happens to it and answers only when told to. */
function paperTarget(overrides: Partial<Target> = {}) {
  const log: string[] = [];
  let observer: TargetObserver | undefined;
  const target: Target = {
    name: 'paper',
    unsupported: () => [],
    start(_, given) {
      observer = given;
      log.push('start');
      return {
        push: (input) => log.push(`push ${(input as SpikeRaster).startTime}`),
        reset: () => log.push('reset'),
        end: () => log.push('end'),
        stop: () => log.push('stop'),
      };
    },
    ...overrides,
  };
  return {
    target,
    log,
    get observer() {
      return observer!;
    },
  };
}

describe('runOn', () => {
  it('lets go of its source once that has completed, while the target still answers', () => {
    const paper = paperTarget();
    let released = 0;
    const source = new Observable<SpikeRaster>((subscriber) => {
      subscriber.next(chunk(0));
      subscriber.complete();
      return () => released++;
    });
    const seen = watch(source.pipe(runOn(paper.target, net)));
    expect([released, seen.ended, paper.log.at(-1)]).toEqual([1, 'no', 'end']);
    paper.observer.complete();
    expect([released, seen.ended]).toEqual([1, 'completed']);
  });

  const layers = {
    first: {
      weight: [
        [6, -1, 4],
        [2, 4, -2],
      ],
    },
    hidden: {
      neurons: 3,
      recurrent: [
        [0, 1, -1],
        [2, 0, 0],
        [0, -1, 1],
      ],
      Idc: 2e-12,
    },
    second: {
      weight: [
        [8, 0],
        [-2, 8],
        [4, 6],
      ],
    },
    output: { neurons: 2 },
  };
  const deepAt = (dt: number) =>
    pipeline(
      linear(layers.first),
      dynapSim({ ...layers.hidden, dt }),
      linear(layers.second),
      dynapSim({ ...layers.output, dt }),
    );

  it('gives what the operators give and what startPipeline gives, however time is cut', () => {
    const asOperators = (chunks: readonly SpikeRaster[], dt: number) =>
      from(chunks).pipe(
        operators.applyLinear(layers.first),
        operators.applyDynapSim({ ...layers.hidden, dt }),
        operators.applyLinear(layers.second),
        operators.applyDynapSim({ ...layers.output, dt }),
      );
    const dts = fc.constantFrom(1e-3, 5e-4, 1 / 3000);
    let spikes = 0;
    fc.assert(
      fc.property(rasters({ channels: 2, maxSteps: 60, dt: dts }), cuts, (raster, sizes) => {
        const { dt } = raster;
        const deep = deepAt(dt);
        const whole = startPipeline(deep).process(raster).counts;
        const chunks = cut(raster, sizes);
        const run = startPipeline(deep);
        const byHand = chunks.map((part) => run.process(part));
        expect(byHand.flatMap(({ counts }) => [...counts])).toEqual([...whole]);
        expect(watch(from(chunks).pipe(runOn(simulator(), deep))).values).toEqual(byHand);
        expect(watch(asOperators(chunks, dt)).values).toEqual(byHand);
        spikes += whole.reduce((sum, count) => sum + count, 0);
      }),
      { numRuns: 40 },
    );
    expect(spikes).toBeGreaterThan(0);
  });

  it('refuses bins of no width, whatever else is asked for', () => {
    const net = pipeline(linear({ weight: [[1]] }), dynapSim({ neurons: 1, name: 'out' }));
    for (const dt of [Number.NaN, 0, -1, Number.POSITIVE_INFINITY]) {
      const record: string[] = [];
      record[1] = 'out:imem';
      expect(() => runOn(simulator(), { ...net, dt }, { record })).toThrow(/dt/);
    }
  });

  it('takes gaps between chunks as silence, as the operators do', () => {
    const single = pipeline(linear(layers.first), dynapSim(layers.hidden));
    const missing = fc.array(fc.boolean(), { minLength: 21, maxLength: 21 });
    fc.assert(
      fc.property(rasters({ channels: 2, maxSteps: 60 }), cuts, missing, (raster, sizes, gone) => {
        const chunks = cut(raster, sizes);
        const sparse = chunks.filter((_, i) => !gone[i]);
        // The same with zeros in the place of what is missing, from the first chunk on.
        const from0 = chunks.slice(chunks.indexOf(sparse[0]!));
        const run = startPipeline(single);
        const filled = (sparse.length === 0 ? [] : from0).map((part) => {
          const { counts } = part;
          const silent = !sparse.includes(part);
          return run.process(silent ? { ...part, counts: new Uint32Array(counts.length) } : part);
        });
        const starts = new Set(sparse.map(({ startTime }) => startTime));
        const expected = filled.filter(({ startTime }) => starts.has(startTime));
        expect(watch(from(sparse).pipe(runOn(simulator(), single))).values).toEqual(expected);
        const linked = from(sparse).pipe(
          operators.applyLinear(layers.first),
          operators.applyDynapSim(layers.hidden),
        );
        expect(watch(linked).values).toEqual(expected);
      }),
      { numRuns: runs(40) },
    );
  });

  it('refuses with all reasons of the target, before anything runs', () => {
    const { target, log } = paperTarget({
      unsupported: () =>
        ['wide', 'deep', 'dear'].map((how) => fault('', 'unsupported', `too ${how}`)),
    });
    try {
      runOn(target, net);
      expect.unreachable();
    } catch (cause) {
      expect(cause).toBeInstanceOf(UnsupportedPipelineError);
      const { reasons, target: name } = cause as UnsupportedPipelineError;
      expect(reasons).toEqual(['too wide', 'too deep', 'too dear']);
      expect(name).toBe('paper');
    }
    expect(log).toEqual([]);
  });

  it('asks the target about the pipeline that it is given', () => {
    const asked: Pipeline[] = [];
    const { target } = paperTarget({
      unsupported: (given) => {
        asked.push(given);
        return [];
      },
    });
    runOn(target, net);
    expect(asked).toEqual([net]);
  });

  it('starts with the subscription and completes when the target says so', () => {
    const { target, log, ...paper } = paperTarget();
    const output = of(chunk(0), chunk(1)).pipe(runOn(target, net));
    expect(log).toEqual([]);
    const seen = watch(output);
    expect(log).toEqual(['start', 'push 0', 'push 2000', 'end']);
    expect(seen.ended).toBe('no');
    expect(paper).toBeDefined();
  });

  it('passes on what the target gives, then stops it', () => {
    const paper = paperTarget();
    const source = new Subject<SpikeRaster>();
    const seen = watch(source.pipe(runOn(paper.target, net)));
    paper.observer.next(chunk(0));
    source.complete();
    paper.observer.next(chunk(1));
    expect(seen.values).toEqual([chunk(0), chunk(1)]);
    paper.observer.complete();
    expect(seen.ended).toBe('completed');
    expect(paper.log).toEqual(['start', 'end', 'stop']);
  });

  it('stops the target once and leaves the source when it is unsubscribed', () => {
    const paper = paperTarget();
    const source = new Subject<SpikeRaster>();
    const seen = watch(source.pipe(runOn(paper.target, net)));
    seen.unsubscribe();
    expect(source.observed).toBe(false);
    expect(paper.log).toEqual(['start', 'stop']);
  });

  it('stops the target and leaves the source when the target fails', () => {
    const paper = paperTarget();
    const failure = new Error('smoke');
    const source = new Subject<SpikeRaster>();
    const seen = watch(source.pipe(runOn(paper.target, net)));
    paper.observer.error(failure);
    expect(seen.error).toBe(failure);
    expect(source.observed).toBe(false);
    expect(paper.log).toEqual(['start', 'stop']);
  });

  it('stops the target when the source fails', () => {
    const paper = paperTarget();
    const failure = new Error('no signal');
    const seen = watch(throwError(() => failure).pipe(runOn(paper.target, net)));
    expect(seen.error).toBe(failure);
    expect(paper.log).toEqual(['start', 'stop']);
  });

  it('passes on what a target throws, wherever it throws', () => {
    const failure = new Error('bug');
    const fail = (): never => {
      throw failure;
    };
    const calm = { push: () => {}, reset: () => {}, end: () => {}, stop: () => {} };
    const starts: Target['start'][] = [
      fail,
      () => ({ ...calm, push: fail }),
      () => ({ ...calm, end: fail }),
    ];
    for (const start of starts) {
      const { target } = paperTarget({ start });
      expect(watch(of(chunk(0)).pipe(runOn(target, net))).error).toBe(failure);
    }
  });

  const bad: Record<string, SpikeRaster> = {
    'another width': { ...chunk(1), channels: 4, steps: 1 },
    'another dt': { ...chunk(1), dt: 2e-3 },
    'a dt that is no number': { ...chunk(1), dt: Number.NaN },
    'a start that is no number': { ...chunk(1), startTime: Number.NaN },
    'steps that are no whole number': { ...chunk(1), steps: 1.5 },
    'fewer counts than bins': { ...chunk(1), counts: new Uint32Array(3) },
    'a chunk that goes back in time': chunk(0),
    'a chunk that overlaps the last one': { ...chunk(1), startTime: 1000 },
  };
  for (const [title, raster] of Object.entries(bad)) {
    it(`errors on ${title}, after what was good, and leaves the source`, () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold('-a-b-c|', { a: chunk(0), b: raster, c: chunk(2) });
        const x = startPipeline(net).process(chunk(0));
        const result = source.pipe(runOn(simulator(), net));
        expectObservable(result).toBe('-x-#', { x }, expect.any(DataError));
        expectSubscriptions(source.subscriptions).toBe('^--!');
      });
    });
  }

  it('says everything that is wrong with a chunk', () => {
    const wrong = { ...chunk(0), dt: Number.NaN, startTime: 0.5 };
    const { error } = watch(of(wrong).pipe(runOn(simulator(), net)));
    expect((error as DataError).message).toContain('dt is NaN');
    expect((error as DataError).message).toContain('startTime is 0.5');
  });

  it('takes a chunk without steps', () => {
    const none = { ...chunk(0), steps: 0, counts: new Uint32Array(0) };
    const { values, ended } = watch(of(none, chunk(0)).pipe(runOn(simulator(), net)));
    expect(values.map(({ steps }) => steps)).toEqual([0, 2]);
    expect(ended).toBe('completed');
  });
});

describe('runOn, options', () => {
  it('lists names that are not there beside times that cannot be', () => {
    const wrong = () => runOn(simulator(), net, { record: ['nobody'], startTime: 0.5 });
    expect(wrong).toThrow(InvalidArgumentError);
    expect(wrong).toThrow(/startTime is 0.5[\s\S]*record\[0\] is "nobody"/);
  });

  it('brings the target to rest at each value of an observable', () => {
    const paper = paperTarget();
    const source = new Subject<SpikeRaster>();
    const trigger = new Subject<string>();
    const seen = watch(source.pipe(runOn(paper.target, net, { resetOn: trigger })));
    trigger.next('before');
    source.next(chunk(0));
    trigger.next('between');
    source.next(chunk(1));
    trigger.complete();
    source.next(chunk(2));
    expect(paper.log).toEqual(['start', 'reset', 'push 0', 'reset', 'push 2000', 'push 4000']);
    seen.unsubscribe();
    expect(trigger.observed).toBe(false);
  });

  it('lets go of everything when the trigger fails', () => {
    const paper = paperTarget();
    const source = new Subject<SpikeRaster>();
    const trigger = new Subject<string>();
    const failure = new Error('no trigger');
    const seen = watch(source.pipe(runOn(paper.target, net, { resetOn: trigger })));
    trigger.error(failure);
    expect([seen.error, source.observed]).toEqual([failure, false]);
    expect(paper.log).toEqual(['start', 'stop']);
  });

  it('brings the target to rest before each chunk but the first', () => {
    const paper = paperTarget();
    watch(of(chunk(0), chunk(1)).pipe(runOn(paper.target, net, { resetOn: 'chunk' })));
    expect(paper.log).toEqual(['start', 'push 0', 'reset', 'push 2000', 'end']);
  });

  it('makes each trial as if it was the first', () => {
    const busy = (index: number): SpikeRaster =>
      spikeRaster({
        channels: 2,
        dt: 1e-3,
        startTime: index * 20_000,
        counts: new Uint32Array(40).fill(2),
      });
    const run = (resetOn?: 'chunk') =>
      watch(
        of(busy(0), busy(1), busy(2)).pipe(
          runOn(simulator(), net, resetOn === undefined ? {} : { resetOn }),
        ),
      ).values;
    const trials = run('chunk');
    expect(trials.map(({ startTime }) => startTime)).toEqual([0, 20_000, 40_000]);
    expect(trials[2]!.counts).toEqual(trials[0]!.counts);
    const carried = run();
    expect(carried[2]!.counts).not.toEqual(carried[0]!.counts);
  });

  it('hands the request on, and gives what was recorded', () => {
    const deep = deepNet();
    const record = ['hidden', 'output:imem'] as const;
    const given = watch(of(chunk(0), chunk(1)).pipe(runOn(simulator(), deep, { record })));
    expect(given.values).toHaveLength(2);
    for (const [i, { hidden, 'output:imem': imem }] of given.values.entries()) {
      expect([hidden.startTime, hidden.channels, hidden.counts.length]).toEqual([i * 2000, 3, 6]);
      expect([imem.startTime, imem.channels, imem.values.length]).toEqual([i * 2000, 1, 2]);
    }
    const packets = of(chunk(0), chunk(1)).pipe(toEvents(), runOn(simulator(), deep, { record }));
    expect(watch(packets).values.map(({ hidden }) => hidden.until)).toEqual([2000, 4000]);
  });

  it('refuses junk with all problems, never with a TypeError', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (target, pipe, options) => {
        for (const make of [
          () => runOn(target as never, pipe as never, options as never),
          () => runOn(simulator(), net, options as never),
          () => runOn(simulator(), pipe as never),
          () => simulator(options as never),
        ]) {
          try {
            make();
          } catch (cause) {
            const known =
              cause instanceof InvalidArgumentError || cause instanceof UnsupportedPipelineError;
            if (!known) throw cause;
          }
        }
      }),
    );
    const build = () =>
      runOn(simulator(), net, { resetOn: 3, startTime: 0.5, recordd: [] } as never);
    for (const part of ['resetOn is 3', 'startTime is 0.5', 'did you mean record?']) {
      expect(build).toThrow(part);
    }
  });

  it('errors on junk in the stream', () => {
    for (const junk of [undefined, null, 7, 'x', {}, [], { timestamps: 1 }]) {
      const source = of(junk as unknown as SpikeRaster);
      const { error } = watch(source.pipe(runOn(simulator(), net)));
      expect(error).toBeInstanceOf(DataError);
    }
  });
});

function deepNet(): Pipeline {
  return pipeline(
    linear({
      weight: [
        [6, 2, 4],
        [2, 4, 8],
      ],
    }),
    dynapSim({ neurons: 3, name: 'hidden' }),
    linear({ weight: [[8], [4], [6]] }),
    dynapSim({ neurons: 1, name: 'output' }),
  );
}
