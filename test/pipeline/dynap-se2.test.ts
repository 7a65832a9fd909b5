import fc from 'fast-check';
import {
  dynapSe2,
  dynapSim,
  linear,
  type Pipeline,
  packPipeline,
  pipeline,
  pipelineFromJson,
  pipelineToJson,
  poissonRaster,
  referenceEngine,
  type SpikeRaster,
  type StageDefinition,
  startPipeline,
  unpackPipeline,
} from 'spikeline';
import { ampaGaba, randomStream, referenceLayer } from 'spikeline/neurons';
import { matrixRows, stageWeights } from 'spikeline/stages';
import { describe, expect, it } from 'vitest';
import { dendriteNames, dynapSe2Parameters } from '#src/neurons/dynap-se2/parameters';
import { reasonsOf } from '#test/events/reasons';
import { runs } from '#test/support/runs';

const random = randomStream(4, 'weights');
const rows = (count: number, width: number): number[][] =>
  Array.from({ length: count }, () => Array.from({ length: width }, () => 4 * random.normal()));

const [inner, outer] = [rows(3, 12), rows(2, 8)];
const signed = rows(5, 3);
const between = rows(3, 8).map((row) => row.map((value) => 8 * value));
/** Five inputs, three neurons through AMPA and GABA, two through all dendrites. */
const net = pipeline(
  linear({ weight: ampaGaba(signed) }),
  dynapSe2({ neurons: 3, recurrent: inner, Ispkthr: 1e-8, Itau_gaba: 2e-11, name: 'first' }),
  linear({ weight: between }),
  dynapSe2({ neurons: 2, recurrent: outer, Ispkthr: 1e-8, If_nmda: [0, 1e-9], name: 'second' }),
);
const noise = poissonRaster({ channels: 5, rate: 250, duration: 0.2, seed: 3 });

function slice(raster: SpikeRaster, from: number, to: number): SpikeRaster {
  const { channels, dt, startTime, counts } = raster;
  return {
    channels,
    dt,
    steps: to - from,
    startTime: startTime + Math.round(from * dt * 1e6),
    counts: counts.slice(from * channels, to * channels),
  };
}

describe('dynapSe2', () => {
  it('takes four channels for each neuron, and gives one', () => {
    expect(net).toMatchObject({ channelsIn: 5, channelsOut: 2, dt: 1e-3 });
    expect(net.stages.map(({ channelsIn, channelsOut }) => [channelsIn, channelsOut])).toEqual([
      [5, 12],
      [12, 3],
      [3, 8],
      [8, 2],
    ]);
  });

  it('takes the chip’s parameters where nothing is said', () => {
    const [stage] = pipeline(dynapSe2({ neurons: 2 })).stages;
    expect(stage).toMatchObject({ dt: 1e-3, parameters: dynapSe2Parameters({}, 2) });
    expect(stage !== undefined && stageWeights(stage)).toBeUndefined();
  });

  it('lists every mistake at once', () => {
    const bad = { kind: 'dynapSe2', neurons: 2, Itau_syn: 1e-12 } as StageDefinition;
    const found = reasonsOf(() =>
      pipeline(
        linear({ weight: [[1, 2]], name: 'in' }),
        dynapSe2({
          neurons: 2,
          dt: 0,
          Igain_nmda: -1,
          C_shunt: [1e-12, 0],
          Iref: 0,
          Itau_gaba: [1e-12],
          recurrent: [
            [1, 2],
            [3, 4],
          ],
          name: 'out',
        }),
        { ...bad, name: 'third' },
      ),
    );
    expect(found).toEqual([
      expect.stringMatching(/^out\.recurrent is "2×2"; 2×8 is needed$/),
      expect.stringMatching(/^out\.dt is 0;/),
      expect.stringMatching(/^out\.Igain_nmda is -1; negative/),
      expect.stringMatching(/^out\.C_shunt\[1\] is 0; it must be above 0$/),
      expect.stringMatching(/^out\.Iref is 0; it must be above 0$/),
      expect.stringMatching(/^out\.Itau_gaba\.length is 1; 2 are needed, one per neuron$/),
      expect.stringMatching(
        /^third\.Itau_syn: there is no such name; .*[tT]here are Idc, .*C_gaba/,
      ),
      expect.stringMatching(/^dt: all stages need one dt/),
      expect.stringMatching(/^out: in gives 2 channels but out takes 8$/),
      expect.stringMatching(/^third: out gives 2 channels but third takes 8$/),
    ]);
  });

  it.each(['Itau_gaba', 'Igain_nmda', 'If_nmda', 'Idc', 'Iw_ahp'] as const)(
    'takes %s of zero: a circuit switched off',
    (name) => {
      expect(() => pipeline(dynapSe2({ neurons: 1, [name]: 0 }))).not.toThrow();
    },
  );
});

describe('startPipeline', () => {
  const spread = matrixRows(ampaGaba(signed));

  it('does what the layers do one after the other', () => {
    const [, first, , second] = net.stages;
    const layerOf = (stage: typeof first, recurrent: readonly number[][]) => {
      if (stage?.kind !== 'dynapSe2') throw new Error('no population');
      const weight = Float64Array.from(recurrent.flat());
      return referenceLayer(stage.parameters, { dt: 1e-3, recurrent: weight });
    };
    const [one, two] = [layerOf(first, inner), layerOf(second, outer)];
    const times = (row: ArrayLike<number>, matrix: readonly (readonly number[])[]): Float64Array =>
      Float64Array.from(matrix[0]!, (_, c) =>
        matrix.reduce((sum, entries, r) => sum + row[r]! * entries[c]!, 0),
      );
    const expected: number[] = [];
    for (let t = 0; t < noise.steps; t++) {
      const middle = one.step(times(noise.counts.subarray(5 * t, 5 * t + 5), spread));
      expected.push(...two.step(times(middle, between)));
    }
    expect(expected.filter((count) => count > 0).length).toBeGreaterThan(20);
    const { counts } = startPipeline(net, referenceEngine).process(noise);
    expect(Array.from(counts)).toEqual(expected);
  });

  it('gives the same however the input is cut, and anew after a reset', () => {
    const whole = Array.from(startPipeline(net).process(noise).counts);
    const run = startPipeline(net);
    fc.assert(
      fc.property(fc.array(fc.nat(noise.steps), { maxLength: 4 }), (cuts) => {
        run.reset();
        const bounds = [0, ...cuts.sort((a, b) => a - b), noise.steps];
        const chunks = bounds.slice(1).map((end, i) => slice(noise, bounds[i]!, end));
        expect(chunks.flatMap((chunk) => Array.from(run.process(chunk).counts))).toEqual(whole);
      }),
      { numRuns: runs(15) },
    );
  });

  it('is held back by GABA and SHUNT, and driven by AMPA and NMDA', () => {
    const rate = (weight: Partial<Record<(typeof dendriteNames)[number], number>>): number => {
      const row = dendriteNames.map((name) => weight[name] ?? 0);
      // GABA is compared with Itau_mem: with the gain of the others it leaks in less than a step.
      const neuron = dynapSe2({ neurons: 1, Ispkthr: 1e-8, Igain_gaba: 8.7e-12 });
      const one = pipeline(linear({ weight: [row] }), neuron);
      const input = poissonRaster({ channels: 1, rate: 400, duration: 0.5, seed: 1 });
      return startPipeline(one)
        .process(input)
        .counts.reduce((sum, count) => sum + count, 0);
    };
    const ampa = rate({ ampa: 1 });
    expect(ampa).toBeGreaterThan(20);
    expect(rate({ nmda: 2 })).toBeGreaterThan(5);
    expect(rate({ ampa: 1, nmda: 1 })).toBeGreaterThan(ampa);
    expect(rate({ ampa: 1, shunt: 0.5 })).toBeLessThan(ampa);
    expect(rate({ ampa: 1, gaba: 8 })).toBeLessThan(ampa);
    expect(rate({ gaba: 8, shunt: 2 })).toBe(0);
  });

  it('runs beside lumped neurons', () => {
    const mixed = pipeline(
      linear({ weight: signed }),
      dynapSim({ neurons: 3, Ispkthr: 1e-8 }),
      linear({ weight: between }),
      dynapSe2({ neurons: 2, Ispkthr: 1e-8 }),
    );
    expect(
      startPipeline(mixed)
        .process(noise)
        .counts.some((count) => count > 0),
    ).toBe(true);
  });
});

describe.each([
  ['JSON', (saved: Pipeline) => pipelineFromJson(pipelineToJson(saved))],
  ['MessagePack', (saved: Pipeline) => unpackPipeline(packPipeline(saved))],
])('saved as %s', (_, through) => {
  it('comes back to the last bit', () => {
    expect(through(net)).toEqual(net);
    const plain = pipeline(dynapSe2({ neurons: 3, Iscale: 3e-8, dt: 1e-4 }));
    expect(through(plain)).toEqual(plain);
  });
});
