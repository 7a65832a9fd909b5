import { asyncScheduler, take } from 'rxjs';
import {
  dynapSim,
  type Engine,
  InvalidArgumentError,
  linear,
  pipeline,
  pipelineToJson,
  poissonRaster,
  referenceEngine,
  type TrainConfig,
  type TrainingSample,
  train,
} from 'spikeline';
import { stageWeights } from 'spikeline/stages';
import { packCheckpoint, pipelineWeights, startTraining, unpackCheckpoint } from 'spikeline/train';
import { describe, expect, it, vi } from 'vitest';
import { TestClock } from '#test/support/test-clock';
import { watch } from '#test/support/watch';

const input = poissonRaster({ channels: 2, rate: 100, duration: 0.03, seed: 0 });
const target = new Float64Array(30).map((_, t) => Number(t % 10 === 5));
const samples: readonly TrainingSample[] = [{ input, target }];
const net = pipeline(linear({ weight: [[4], [3]] }), dynapSim({ neurons: 1 }));

function config(clock: TestClock, more: Partial<TrainConfig> = {}): TrainConfig {
  return { epochs: 25, reportEvery: 10, scheduler: clock, ...more };
}

/** Trains to the end. */
function trained(more: Partial<TrainConfig> = {}) {
  const clock = new TestClock();
  const seen = watch(train(net, samples, config(clock, more)));
  clock.advance(1);
  expect(seen.ended).toBe('completed');
  return { seen, clock, last: seen.values.at(-1)! };
}

describe('train', () => {
  it('says in which order its arguments come, if they are swapped', () => {
    const swapped = () => train(samples as never, net as never, { epochs: 1 });
    expect(swapped).toThrow(/the pipeline comes first, then the samples, then the options/);
    expect(swapped).toThrow(/the pipeline is the second argument/);
  });

  it('reports every so many epochs and at the end, always further', () => {
    const { seen } = trained();
    expect(seen.values.map(({ epoch, epochs }) => [epoch, epochs])).toEqual([
      [10, 25],
      [20, 25],
      [25, 25],
    ]);
    const rates = seen.values.map(({ learningRate }) => learningRate);
    expect(rates[1]).toBeLessThan(rates[0]!);
    expect(rates[2]).toBeLessThan(rates[1]!);
    for (const { loss } of seen.values) expect(loss).toBeGreaterThanOrEqual(0);
  });

  it('ends with the trained pipeline, the one that a plain loop gives', () => {
    const { last } = trained();
    const plain = startTraining(net, samples, { epochs: 25 });
    plain.advance(25);
    expect(pipelineToJson(last.pipeline)).toBe(pipelineToJson(plain.pipeline()));
    expect(last.loss).toBe(plain.loss);
    expect(last.checkpoint).toEqual(plain.checkpoint());
    expect(stageWeights(last.pipeline.stages[0]!)!.values).not.toEqual(
      stageWeights(net.stages[0]!)!.values,
    );
  });

  it('leaves earlier reports as they were', () => {
    const clock = new TestClock();
    const seen: string[] = [];
    const reports = watch(train(net, samples, config(clock)));
    train(net, samples, config(clock)).subscribe(({ pipeline: now }) => {
      seen.push(pipelineToJson(now));
    });
    clock.advance(1);
    expect(reports.values.map((report) => pipelineToJson(report.pipeline))).toEqual(seen);
    expect(new Set(seen).size).toBe(3);
  });

  it('goes on from any report to the same result, to the last bit', () => {
    const mismatch = { fraction: 0.3, every: 7 };
    const { seen, last } = trained({ mismatch, seed: 5 });
    for (const { checkpoint } of seen.values.slice(0, -1)) {
      const saved = unpackCheckpoint(packCheckpoint(checkpoint));
      const resumed = trained({ mismatch, seed: 5, checkpoint: saved });
      expect(resumed.seen.values[0]!.epoch).toBeGreaterThan(checkpoint.epoch);
      expect(resumed.last.epoch).toBe(25);
      expect(pipelineToJson(resumed.last.pipeline)).toBe(pipelineToJson(last.pipeline));
      expect(resumed.last.checkpoint).toEqual(last.checkpoint);
    }
  });

  it('has the checkpoint of its own epoch in every report, whenever it is asked for', () => {
    const { seen, last } = trained({ reportEvery: 5 });
    for (const { epoch, loss, pipeline: now, checkpoint } of seen.values) {
      expect([checkpoint.epoch, checkpoint.loss]).toEqual([epoch, loss]);
      expect(checkpoint.weights).toEqual(pipelineWeights(now));
    }
    const before = pipelineToJson(last.pipeline);
    last.checkpoint.weights.fill(0);
    expect(last.checkpoint.weights).toEqual(new Float64Array(last.checkpoint.mean.length));
    expect(pipelineToJson(last.pipeline)).toBe(before);
  });

  it('does not depend on how often it reports', () => {
    const { last } = trained();
    for (const reportEvery of [1, 7, 1000]) {
      expect(trained({ reportEvery }).last).toEqual(last);
    }
  });

  it('trains anew for each subscription', () => {
    const clock = new TestClock();
    const source = train(net, samples, config(clock));
    const first = watch(source);
    const second = watch(source);
    clock.advance(1);
    expect(second.values).toEqual(first.values);
    expect(first.values).toHaveLength(3);
  });

  it('does nothing within subscribe, and gives way to others between reports', () => {
    const clock = new TestClock();
    const seen = watch(train(net, samples, config(clock)));
    expect([seen.values.length, clock.waiting]).toEqual([0, 1]);
    const order: string[] = [];
    clock.schedule(() => order.push(`${seen.values.length} reports`));
    clock.advance(1);
    expect(order).toEqual(['1 reports']);
  });

  it('stops when it is unsubscribed, at any moment, and leaves no work behind', () => {
    for (const reports of [0, 1, 2]) {
      const clock = new TestClock();
      const source = train(net, samples, config(clock));
      const seen = reports === 0 ? watch(source) : watch(source.pipe(take(reports)));
      if (reports === 0) seen.unsubscribe();
      clock.advance(1);
      expect([seen.values.length, clock.waiting]).toEqual([reports, 0]);
    }
  });

  it('leaves no timer of the machine behind', () => {
    vi.useFakeTimers();
    try {
      const seen = watch(train(net, samples, { epochs: 25, scheduler: asyncScheduler }));
      expect(vi.getTimerCount()).toBe(1);
      seen.unsubscribe();
      expect(vi.getTimerCount()).toBe(0);
      const other = watch(train(net, samples, { epochs: 25, reportEvery: 10 }).pipe(take(2)));
      vi.advanceTimersByTime(5);
      expect([other.values.length, vi.getTimerCount()]).toEqual([2, 0]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('gives others a turn between reports, and waits for no timer', async () => {
    let turns = 0;
    let others = setImmediate(function again() {
      turns++;
      others = setImmediate(again);
    });
    const intervals = vi.spyOn(globalThis, 'setInterval');
    const timeouts = vi.spyOn(globalThis, 'setTimeout');
    try {
      const training = train(net, samples, { epochs: 50, reportEvery: 1 });
      const seen: number[] = [];
      await training.forEach(() => {
        seen.push(turns);
      });
      expect(seen.map((at, k) => at - seen[0]! >= k)).toEqual(Array(50).fill(true));
      expect([intervals.mock.calls.length, timeouts.mock.calls.length]).toEqual([0, 0]);
    } finally {
      clearImmediate(others);
      vi.restoreAllMocks();
    }
  });

  it('leaves no work behind when it has completed', () => {
    expect(trained().clock.waiting).toBe(0);
  });

  it('with no epochs to do, gives the pipeline as it is', () => {
    const { seen, last } = trained({ epochs: 0 });
    expect(seen.values).toHaveLength(1);
    expect(pipelineToJson(last.pipeline)).toBe(pipelineToJson(net));
    expect(last.loss).toBeNaN();
  });

  it('passes on the failure of an engine', () => {
    const failure = new Error('no such kernel');
    const engine: Engine = {
      ...referenceEngine,
      differentiable: (parameters, options) => ({
        ...referenceEngine.differentiable(parameters, options),
        forward: () => {
          throw failure;
        },
      }),
    };
    const clock = new TestClock();
    const seen = watch(train(net, samples, config(clock, { engine })));
    expect(() => clock.advance(1)).not.toThrow();
    expect([seen.error, clock.waiting]).toEqual([failure, 0]);
  });

  it('refuses all that is wrong with it at once, when it is built', () => {
    const build = () =>
      train(net, [{ input: { ...input, channels: 3, steps: 20 } }], {
        epochs: -1,
        reportEvery: 0,
        weightLimits: { nowhere: { max: 1 } },
      });
    expect(build).toThrow(InvalidArgumentError);
    const parts = ['epochs is -1', 'reportEvery is 0', 'nowhere', 'channels is 3'];
    for (const part of parts) expect(build).toThrow(part);
    for (const reportEvery of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => train(net, samples, { epochs: 1, reportEvery })).toThrow(
        `reportEvery is ${reportEvery}`,
      );
    }
  });

  it('refuses a checkpoint that belongs to something else', () => {
    const { checkpoint } = trained().last;
    expect(() => train(net, samples, { epochs: 26, checkpoint })).toThrow(InvalidArgumentError);
  });
});
