import {
  dynapSim,
  li,
  linear,
  pipeline,
  poissonRaster,
  referenceEngine,
  startPipeline,
  threshold,
} from 'spikeline';
import { pipelineUpTo } from 'spikeline/stages';
import { describe, expect, it } from 'vitest';
import { recordProblems } from '#src/pipeline/record';
import { reasonsOf } from '#test/events/reasons';

const net = pipeline(
  linear({
    weight: [
      [40, 20],
      [10, 30],
    ],
  }),
  dynapSim({ neurons: 2, name: 'hidden' }),
  linear({ weight: [[60], [60]] }),
  li({ neurons: 1, tauMem: 0.01, name: 'membrane' }),
  threshold({ threshold: [4], name: 'out' }),
);
const input = poissonRaster({ channels: 2, rate: 300, duration: 0.1, seed: 7 });

describe('what a run records', () => {
  it('is what leaves a stage, spikes as counts and values as they are', () => {
    const run = startPipeline(net, referenceEngine, { record: ['hidden', 'membrane', 'out'] });
    const output = run.process(input);
    const { hidden, membrane, out } = run.recorded;
    expect(out).toEqual({ ...output });
    expect(hidden).toEqual(
      startPipeline(pipelineUpTo(net, 'hidden'), referenceEngine).process(input),
    );
    expect(membrane).toMatchObject({ steps: 100, channels: 1, values: expect.any(Float64Array) });
    expect(hidden).toMatchObject({ counts: expect.any(Uint32Array) });
  });

  it('is a state after every step, the same in any chunks, and leaves the spikes as they are', () => {
    const record = ['hidden:imem', 'membrane:potential', 'membrane'];
    const run = startPipeline(net, referenceEngine, { record });
    const { counts } = run.process(input);
    const whole = run.recorded;
    expect(counts).toEqual(startPipeline(net, referenceEngine).process(input).counts);
    const { values: imem } = whole['hidden:imem'] as { values: Float64Array };
    expect(imem).toHaveLength(200);
    expect(new Set(imem).size).toBeGreaterThan(50);
    expect(whole['membrane:potential']).toEqual(whole['membrane']);
    const parts = startPipeline(net, referenceEngine, { record });
    const seen = [0, 37].flatMap((from, i) => {
      const to = [37, 100][i]!;
      parts.process({
        ...input,
        steps: to - from,
        startTime: from * 1000,
        counts: input.counts.slice(2 * from, 2 * to),
      });
      return [...(parts.recorded['hidden:imem'] as { values: Float64Array }).values];
    });
    expect(seen).toEqual([...imem]);
  });

  it('is refused where there is no such stage or state', () => {
    const record = ['hiden', 'hidden:v', 'out:imem', 'linear0', 3];
    expect(recordProblems(net, record).map(({ path, given }) => [path, given])).toEqual([
      ['record[0]', 'hiden'],
      ['record[1]', 'hidden:v'],
      ['record[2]', 'out:imem'],
      ['record[4]', 3],
    ]);
    expect(
      reasonsOf(() => startPipeline(net, referenceEngine, { record: ['nobody'] })),
    ).toHaveLength(1);
    expect(recordProblems(net, 'hidden')).toHaveLength(1);
  });
});
