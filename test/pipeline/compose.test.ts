import fc from 'fast-check';
import {
  delay,
  feedback,
  InvalidArgumentError,
  lif,
  linear,
  type Pipeline,
  parallel,
  pipeline,
  poissonRaster,
  residual,
  type SpikeRaster,
  scale,
  spikeRaster,
  startPipeline,
  threshold,
} from 'spikeline';
import { describe, expect, it } from 'vitest';
import { reasonsOf } from '#test/events/reasons';
import { runs } from '#test/support/runs';
import { anyGraphPipeline } from './graphs.ts';

const identity = linear({
  weight: [
    [1, 0],
    [0, 1],
  ],
});
const neurons = lif({ neurons: 2, tauMem: 5e-3 });

/** Names of stages and where their inputs come from. */
function ways({ stages, inputs, output }: Pipeline): string[] {
  const rows = stages.map(({ name }, i) => {
    const from = inputs[i]!.map((input) => `${input.from}${input.delayed ? ' late' : ''}`);
    return `${name} < ${from.join(' + ')}`;
  });
  return [...rows, `out < ${output}`];
}

function countsOf(net: Pipeline, ...counts: number[]): number[] {
  const input = spikeRaster({ channels: net.channelsIn, dt: net.dt, counts });
  return Array.from(startPipeline(net).process(input).counts);
}

describe('a pipeline of pipelines', () => {
  it('is the list of all their stages, named through the whole', () => {
    const part = pipeline(identity, neurons);
    const net = pipeline(part, part, pipeline(lif({ neurons: 2, tauMem: 0.02, name: 'out' })));
    expect(ways(net)).toEqual([
      'linear0 < null',
      'lif1 < linear0',
      'linear2 < lif1',
      'lif3 < linear2',
      'out < lif3',
      'out < out',
    ]);
    expect(net).toEqual(
      pipeline(
        identity,
        neurons,
        identity,
        neurons,
        lif({ neurons: 2, tauMem: 0.02, name: 'out' }),
      ),
    );
  });

  it('keeps the names that were given, and says where two are the same', () => {
    const part = pipeline(lif({ neurons: 1, tauMem: 0.02, name: 'hidden' }));
    expect(reasonsOf(() => pipeline(part, linear({ weight: [[1]] }), part))).toEqual([
      'stages[2].name is "hidden"; stages[0] has this name too; each name may be used once',
    ]);
  });

  it('knows anew what a delay passes on', () => {
    const part = parallel(delay({ channels: 2, delay: 0 }), { join: 'add' });
    expect(part.stages.map(({ emits }) => emits)).toEqual(['spikes']);
    const net = pipeline(identity, part, neurons);
    expect(net.stages.map(({ emits }) => emits)).toEqual(['weighted', 'weighted', 'spikes']);
  });
});

describe('parallel', () => {
  it('gives all branches the same input and joins what they give', () => {
    const net = parallel([identity, neurons], neurons, { join: 'concatenate', name: 'both' });
    expect(ways(net)).toEqual([
      'linear0 < null',
      'lif1 < linear0',
      'lif2 < null',
      'both < lif1 + lif2',
      'out < both',
    ]);
    expect(net).toMatchObject({ channelsIn: 2, channelsOut: 4 });
    const sides = parallel(scale({ scale: [3, 1] }), identity, { join: 'add' });
    const high = threshold({ threshold: [3.5, 3.5] });
    expect(countsOf(pipeline(sides, high), 1, 0, 0, 2, 1, 1)).toEqual([1, 0, 0, 1, 1, 0]);
  });

  it('is refused with all that does not fit', () => {
    const found = reasonsOf(() =>
      parallel(
        linear({ weight: [[1, 2]] }),
        [
          linear({
            weight: [
              [1, Number.NaN],
              [1, 2],
            ],
          }),
          lif({ neurons: 3, tauMem: 0 }),
        ],
        { join: 'add' },
      ),
    );
    expect(found).toEqual([
      'linear1.weight[0][1] is NaN; a finite number is needed',
      'lif2.tauMem is 0; seconds above 0 are needed',
      'linear1: the input of the pipeline has 1, as linear0 takes it but linear1 takes 2',
      'lif2: linear1 gives 2 channels but lif2 takes 3',
      'add3: lif2 gives 3 channels but add3 takes 2',
    ]);
    expect(reasonsOf(() => parallel({ join: 'both' } as never))).toHaveLength(2);
  });
});

describe('residual', () => {
  it('adds what enters to what leaves', () => {
    const net = pipeline(residual(identity, neurons), identity, neurons);
    expect(ways(net).slice(0, 4)).toEqual([
      'linear0 < null',
      'lif1 < linear0',
      'add2 < null + lif1',
      'linear3 < add2',
    ]);
    const twice = pipeline(residual(identity), threshold({ threshold: [1.5, 3.5] }));
    expect(countsOf(twice, 1, 1, 0, 2)).toEqual([1, 0, 0, 1]);
  });

  it('is refused where widths differ', () => {
    expect(reasonsOf(() => residual(linear({ weight: [[1, 2]] })))).toEqual([
      'add1: the input of the pipeline has 1, as linear0 takes it but add1 takes 2',
    ]);
  });
});

describe('feedback', () => {
  it('brings back what leaves, one step later', () => {
    const net = pipeline(feedback(scale({ scale: [0.5] })), threshold({ threshold: [0.2] }));
    expect(ways(net)).toEqual([
      'add0 < null + scale1 late',
      'scale1 < add0',
      'threshold2 < scale1',
      'out < threshold2',
    ]);
    expect(countsOf(net, 1, 0, 0, 0, 1)).toEqual([1, 1, 0, 0, 1]);
  });

  it('is what recurrent weights of one are', () => {
    const config = { neurons: 2, tauMem: 5e-3, tauSyn: 3e-3 };
    const strong = scale({ scale: [9, 7] });
    const loop = pipeline(strong, feedback(lif(config)));
    const own = pipeline(
      strong,
      lif({
        ...config,
        recurrent: [
          [1, 0],
          [0, 1],
        ],
      }),
    );
    const noise = poissonRaster({ channels: 2, rate: 400, duration: 0.3, seed: 3 });
    const { counts } = startPipeline(own).process(noise);
    expect(startPipeline(loop).process(noise).counts).toEqual(counts);
    expect(counts.some((count) => count > 0)).toBe(true);
  });

  it('holds loops in loops, and loops beside each other', () => {
    const net = pipeline(
      feedback(identity, feedback(neurons), identity),
      threshold({ threshold: [1, 1] }),
    );
    expect(ways(net)).toEqual([
      'add0 < null + linear4 late',
      'linear1 < add0',
      'add2 < linear1 + lif3 late',
      'lif3 < add2',
      'linear4 < lif3',
      'threshold5 < linear4',
      'out < threshold5',
    ]);
  });
});

/** Rows `from` to `to` of a raster, with the start that belongs to them. */
function cut(raster: SpikeRaster, from: number, to: number): SpikeRaster {
  const { channels, counts } = raster;
  return {
    ...raster,
    steps: to - from,
    startTime: raster.startTime + from * 1000,
    counts: counts.slice(from * channels, to * channels),
  };
}

describe('any graph', () => {
  it('gives the same however a stream is cut, and after a reset', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 8 });
    fc.assert(
      fc.property(anyGraphPipeline(), cuts, fc.nat(99), (net, given, seed) => {
        const { channelsIn: channels } = net;
        const raster = poissonRaster({ channels, rate: 300, duration: 0.06, seed });
        const run = startPipeline(net);
        const whole = Array.from(run.process(raster).counts);
        const ends = [...given.toSorted((a, b) => a - b), 60];
        const parts = startPipeline(net);
        const found = ends.flatMap((to, i) =>
          Array.from(parts.process(cut(raster, ends[i - 1] ?? 0, to)).counts),
        );
        expect(found).toEqual(whole);
        run.reset();
        expect(Array.from(run.process(raster).counts)).toEqual(whole);
      }),
      { numRuns: runs(150) },
    );
  });

  it('takes gaps as silence', () => {
    fc.assert(
      fc.property(anyGraphPipeline(), fc.nat(99), (net, seed) => {
        const { channelsIn: channels } = net;
        const raster = poissonRaster({ channels, rate: 300, duration: 0.06, seed });
        raster.counts.fill(0, 20 * channels, 40 * channels);
        const whole = Array.from(startPipeline(net).process(raster).counts);
        const run = startPipeline(net);
        const before = Array.from(run.process(cut(raster, 0, 20)).counts);
        const after = Array.from(run.process(cut(raster, 40, 60)).counts);
        expect([...before, ...whole.slice(40, 80), ...after]).toEqual(whole);
      }),
      { numRuns: runs(60) },
    );
  });

  it('does what a step by step interpreter of its edges does', () => {
    fc.assert(
      fc.property(anyGraphPipeline(), fc.nat(99), (net, seed) => {
        const { channelsIn: channels } = net;
        const raster = poissonRaster({ channels, rate: 300, duration: 0.03, seed });
        expect(Array.from(startPipeline(net).process(raster).counts)).toEqual(
          interpreted(net, raster),
        );
      }),
      { numRuns: runs(100) },
    );
  });
});

/** Runs each stage in a pipeline of its own, one step at a time, and leads values along the edges by hand. */
function interpreted(net: Pipeline, raster: SpikeRaster): number[] {
  const runs = net.stages.map((stage) => stepper(stage));
  const before = new Map<string, number[]>();
  const out: number[] = [];
  for (let t = 0; t < raster.steps; t++) {
    const now = new Map<string, number[]>();
    const entering = Array.from(
      raster.counts.subarray(t * raster.channels, (t + 1) * raster.channels),
    );
    for (const [i, { name }] of net.stages.entries()) {
      const inputs = net.inputs[i]!.map(({ from, delayed }) => {
        if (from === null) return entering;
        const source = net.stages.find((stage) => stage.name === from)!;
        if (!delayed) return now.get(from)!;
        return before.get(from) ?? new Array<number>(source.channelsOut).fill(0);
      });
      now.set(name, runs[i]!(inputs));
    }
    for (const [name, values] of now) before.set(name, values);
    out.push(...now.get(net.output)!);
  }
  return out;
}

type Stage = Pipeline['stages'][number];

/** One step after the other of a stage, written out from its formula. */
function stepper(stage: Stage): (inputs: readonly number[][]) => number[] {
  switch (stage.kind) {
    case 'add':
      return (inputs) => inputs[0]!.map((_, c) => inputs.reduce((sum, row) => sum + row[c]!, 0));
    case 'concatenate':
      return (inputs) => inputs.flat();
    case 'scale':
      return ([row]) => row!.map((value, c) => stage.scale[c]! * value);
    case 'threshold':
      return ([row]) => row!.map((value, c) => (value > stage.threshold[c]! ? 1 : 0));
    case 'linear': {
      const { columns, values } = stage.weight;
      return ([row]) =>
        Array.from({ length: columns }, (_, c) =>
          row!.reduce(
            (sum, value, r) => sum + (value === 0 ? 0 : value * values[r * columns + c]!),
            0,
          ),
        );
    }
    case 'delay': {
      const held = Math.round(stage.delay[0]! / stage.dt);
      const queue = Array.from({ length: held }, () =>
        new Array<number>(stage.channelsOut).fill(0),
      );
      return ([row]) => {
        queue.push(row!);
        return queue.shift()!;
      };
    }
    case 'li':
    case 'lif':
    case 'integrateAndFire':
      return euler(stage);
    default:
      throw new Error(`${stage.kind} is not in these graphs`);
  }
}

function euler(
  stage: Extract<Stage, { kind: 'li' | 'lif' | 'integrateAndFire' }>,
): (inputs: readonly number[][]) => number[] {
  const { dt, channelsOut: size } = stage;
  const [v, current] = [new Array<number>(size).fill(0), new Array<number>(size).fill(0)];
  let spikes = new Array<number>(size).fill(0);
  const leaky = stage.kind !== 'integrateAndFire';
  return ([row]) => {
    const drive = [...row!];
    if (stage.kind !== 'li' && stage.recurrent !== undefined) {
      const { values } = stage.recurrent;
      for (const [pre, count] of spikes.entries()) {
        if (count === 0) continue;
        for (let n = 0; n < size; n++) drive[n] = drive[n]! + count * values[pre * size + n]!;
      }
    }
    spikes = drive.map((enters, n) => {
      const rate = leaky ? dt / stage.tauMem[n]! : dt;
      const synapse = leaky && stage.tauSyn !== undefined ? dt / stage.tauSyn[n]! : undefined;
      const flows = synapse === undefined ? enters : current[n]!;
      const next = v[n]! + rate * (-(leaky ? v[n]! : 0) + stage.resistance[n]! * flows);
      if (synapse !== undefined) current[n] = flows + synapse * (-flows + enters);
      if (stage.kind === 'li') {
        v[n] = next;
        return next;
      }
      const fires = next > stage.threshold[n]!;
      v[n] = fires ? stage.reset[n]! : next;
      return fires ? 1 : 0;
    });
    return spikes;
  };
}

describe('startPipeline', () => {
  it('refuses what does not end in spikes, and what is no pipeline', () => {
    expect(reasonsOf(() => startPipeline(residual(identity)))).toEqual([
      'add1: the last stage must be one of neurons, so that spikes come out',
    ]);
    for (const junk of [undefined, 7, {}, { stages: [1], inputs: [[]] }, [neurons]]) {
      expect(() => startPipeline(junk as never)).toThrow(InvalidArgumentError);
    }
  });
});
