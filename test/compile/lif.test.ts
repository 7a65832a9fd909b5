import fc from 'fast-check';
import {
  delay,
  dynapSim,
  integrateAndFire,
  integrator,
  kernel,
  type LifConfig,
  li,
  lif,
  linear,
  type Matrix,
  type Pipeline,
  pipeline,
  poissonRaster,
  problemText,
  referenceEngine,
  type StageDefinition,
  scale,
  startPipeline,
  threshold,
  UnsupportedPipelineError,
} from 'spikeline';
import { toDynapSim } from 'spikeline/chip';
import type { DynapSimParameters } from 'spikeline/neurons';
import { matrixRows, stageWeights } from 'spikeline/stages';
import { describe, expect, it } from 'vitest';
import { networkProblems } from '#src/compile/front/chip-problems';
import { mergeStages } from '#src/compile/front/merge';
import { timeConstant } from '#src/neurons/coefficients';
import { defaultParameters } from '#src/neurons/dynap-sim/parameters';
import { reasonsOf } from '#test/events/reasons';
import { dense } from './dense.ts';

const cuba = { tauMem: 0.02, tauSyn: 0.01 };
const one = [[1]];

function parametersOf(net: Pipeline, stage: number): DynapSimParameters {
  return net.stages[stage]!.parameters as DynapSimParameters;
}

function rowsOf(net: Pipeline, stage: number): number[][] {
  return matrixRows(stageWeights(net.stages[stage]!)!);
}

function refusals(...stages: readonly StageDefinition[]): readonly string[] {
  return networkProblems(pipeline(...stages)).map(problemText);
}

describe('toDynapSim', () => {
  it('finds the currents that Rockpool finds', () => {
    // Neuron 0 of case lin_lif of Rockpool's mapper, which takes 25 pF for the synapse.
    const net = toDynapSim(
      pipeline(
        linear({ weight: one }),
        lif({
          neurons: 1,
          tauMem: 0.05674111333760394,
          tauSyn: 0.02239767111262668,
          bias: 0.16528091558975133,
          threshold: 3.8155107725886594,
          name: 'out',
        }),
      ),
      { C_syn: 25e-12 },
    );
    const { parameters, ...stage } = net.stages[1]!;
    expect(stage).toEqual({
      kind: 'dynapSim',
      name: 'out',
      channelsIn: 1,
      channelsOut: 1,
      emits: 'spikes',
      dt: 1e-3,
    });
    const expected = {
      ...defaultParameters,
      C_syn: 25e-12,
      Idc: 1.6528091558975134e-9,
      If_nmda: 0,
      Igain_ahp: 0,
      Igain_mem: 7.499534109627789e-12,
      Igain_syn: 3.9581116190033585e-9,
      Ipulse_ahp: 0,
      Ispkthr: 3.8155107725886594e-8,
      Itau_ahp: 0,
      Itau_mem: 1.874883527406947e-12,
      Itau_syn: 3.9581116190033584e-11,
      Iw_ahp: 0,
    };
    for (const [name, value] of Object.entries(expected)) {
      const given = (parameters as DynapSimParameters)[name as 'Idc'];
      const found = name === 'Iscale' ? Number(given) : given[0]!;
      expect(Math.abs(found - value), name).toBeLessThanOrEqual(1e-12 * value);
    }
  });

  it('gives each neuron its time constants on the chip it is for', () => {
    const value = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    const target = fc.record(
      {
        C_mem: value(1e-12, 1e-11),
        C_syn: value(1e-12, 1e-10),
        kappa_n: value(0.5, 0.9),
        kappa_p: value(0.5, 0.9),
        Ut: value(0.02, 0.03),
        Iscale: value(1e-9, 1e-7),
      },
      { requiredKeys: [] },
    );
    const taus = fc.array(value(1e-3, 0.2), { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(target, taus, taus, (constants, tauMem, tauSyn) => {
        const net = pipeline(
          linear({ weight: [[1, 1]] }),
          lif({ neurons: 2, tauMem, tauSyn, bias: [0, 2], resistance: 3, threshold: [0.5, 4] }),
        );
        const p = parametersOf(toDynapSim(net, constants), 1);
        for (const n of [0, 1]) {
          const kappa = (p.kappa_n[n]! + p.kappa_p[n]!) / 2;
          const mem = timeConstant(p.Itau_mem[n]!, p.C_mem[n]!, p.Ut[n]!, kappa);
          const syn = timeConstant(p.Itau_syn[n]!, p.C_syn[n]!, p.Ut[n]!, kappa);
          expect(mem / tauMem[n]!).toBeCloseTo(1, 12);
          expect(syn / tauSyn[n]!).toBeCloseTo(1, 12);
          expect(p.Igain_mem[n]! / p.Itau_mem[n]!).toBeCloseTo(4, 12);
          expect(p.Igain_syn[n]! / p.Itau_syn[n]!).toBeCloseTo(100, 10);
        }
        const { Iscale = 1e-8 } = constants;
        expect(p.Iscale).toBe(Iscale);
        expect(p.Idc[1]! / Iscale).toBeCloseTo(6, 12);
        expect(Array.from(p.Ispkthr, (current) => current / Iscale)[1]).toBeCloseTo(4, 12);
        for (const [name, given] of Object.entries(constants)) {
          if (name !== 'Iscale') expect(p[name as 'C_mem']).toEqual(Float64Array.of(given, given));
        }
      }),
    );
  });

  it('puts every scale and factor into the weights', () => {
    const net = toDynapSim(
      pipeline(
        scale({ scale: [2, 3] }),
        scale({ scale: [1, 10], name: 'again' }),
        linear({
          weight: [
            [1, 2],
            [3, 4],
          ],
          bias: [0, 0],
          name: 'in',
        }),
        scale({ scale: [1, -1], name: 'after' }),
        delay({ channels: 2, delay: 4e-4 }),
        lif({
          neurons: 2,
          ...cuba,
          inputWeight: [2, 1],
          resistance: [1, 5],
          bias: [1, 0.1],
          recurrent: [
            [1, 1],
            [1, 0],
          ],
          name: 'a',
        }),
        scale({ scale: [7, 8], name: 'alone' }),
        dynapSim({
          neurons: 2,
          recurrent: [
            [1, 2],
            [3, 4],
          ],
          name: 'b',
        }),
      ),
    );
    expect(net.stages.map(({ kind, name }) => [kind, name])).toEqual([
      ['linear', 'in'],
      ['dynapSim', 'a'],
      ['linear', 'bWeights'],
      ['dynapSim', 'b'],
    ]);
    // Rows times 2 and 30; columns times 1 and -1, and times 2 and 5.
    expect(rowsOf(net, 0)).toEqual([
      [4, -20],
      [180, -600],
    ]);
    expect(rowsOf(net, 1)).toEqual([
      [2, 5],
      [2, 0],
    ]);
    expect(rowsOf(net, 2)).toEqual([
      [7, 0],
      [0, 8],
    ]);
    expect(rowsOf(net, 3)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(net.stages[0]).not.toHaveProperty('bias');
    expect(Array.from(parametersOf(net, 1).Idc, (current) => current / 1e-8)).toEqual([1, 0.5]);
    expect(net).toMatchObject({ channelsIn: 2, channelsOut: 2, dt: 1e-3 });
  });

  it('leaves DynapSim neurons as they are, and takes their scale for the others', () => {
    const net = pipeline(
      linear({ weight: one }),
      dynapSim({ neurons: 1, Iscale: 3e-8, name: 'b' }),
      linear({ weight: one, name: 'between' }),
      lif({ neurons: 1, ...cuba, threshold: 2 }),
    );
    const converted = toDynapSim(net);
    expect(converted.stages.slice(0, 3)).toEqual(net.stages.slice(0, 3));
    expect(parametersOf(converted, 3)).toMatchObject({
      Iscale: 3e-8,
      Ispkthr: Float64Array.of(6e-8),
    });
    expect(toDynapSim(converted)).toEqual(converted);
  });

  it('makes neurons that run alike on the reference and on the kernel', () => {
    const weight = Array.from({ length: 5 }, (_, r) =>
      Array.from({ length: 8 }, (_, c) => 3 * Math.sin(3 * r + 5 * c) + 2),
    );
    const recurrent = Array.from({ length: 8 }, (_, r) =>
      Array.from({ length: 8 }, (_, c) => Math.cos(r + 2 * c)),
    );
    const net = toDynapSim(
      pipeline(linear({ weight }), lif({ neurons: 8, ...cuba, bias: 0.02, recurrent })),
    );
    const noise = poissonRaster({ channels: 5, rate: 100, duration: 0.5, seed: 4 });
    const [reference, fast] = [referenceEngine, kernel()].map((engine) => {
      const { counts } = startPipeline(net, engine).process(noise);
      return counts.reduce((sum, count) => sum + count, 0);
    });
    expect(reference).toBeGreaterThan(100);
    expect(Math.abs(reference! - fast!)).toBeLessThanOrEqual(0.02 * reference!);
  });

  it('makes neurons that fire where LIF neurons do, and not where they do not', () => {
    const spikes = (net: Pipeline): number[] => {
      const { counts } = startPipeline(net).process(
        poissonRaster({ channels: 1, rate: 0, duration: 0.5, seed: 1 }),
      );
      return [0, 1, 2].map((n) =>
        counts.reduce((sum, count, i) => (i % 3 === n ? sum + count : sum), 0),
      );
    };
    const net = pipeline(
      linear({ weight: [[1, 1, 1]] }),
      lif({ neurons: 3, ...cuba, bias: [0, 1.5, 5] }),
    );
    for (const [silent, slow, fast] of [spikes(net), spikes(toDynapSim(net))]) {
      expect(silent).toBe(0);
      expect(slow).toBeGreaterThan(5);
      expect(fast).toBeGreaterThan(slow!);
    }
  });

  it('leaves the pipeline as it was', () => {
    const net = pipeline(linear({ weight: one }), lif({ neurons: 1, ...cuba, recurrent: one }));
    const before = structuredClone(net);
    const converted = toDynapSim(net);
    for (const stage of converted.stages) stageWeights(stage)!.values.fill(9);
    expect(net).toEqual(before);
  });

  it('refuses constants that no chip has, with every reason', () => {
    const net = pipeline(linear({ weight: one }), lif({ neurons: 1, ...cuba }));
    expect(reasonsOf(() => toDynapSim(net, { C_syn: 0, Ut: -1, Iscale: Number.NaN }))).toEqual([
      expect.stringMatching(/C_syn is 0/),
      expect.stringMatching(/Ut is -1/),
      expect.stringMatching(/Iscale is NaN/),
    ]);
  });
});

describe('what a chip has no counterpart for', () => {
  it('is refused stage by stage, all at once', () => {
    const net = pipeline(
      linear({ weight: one, bias: [0.5], name: 'affine' }),
      delay({ channels: 1, delay: 3e-3, name: 'late' }),
      li({ neurons: 1, tauMem: 0.02, name: 'smooth' }),
      lif({
        neurons: 1,
        tauMem: 0.02,
        leak: 0.1,
        reset: -1,
        threshold: 0,
        bias: -1,
        inputWeight: 2,
        name: 'bad',
      }),
      integrator({ neurons: 1, name: 'sum' }),
      integrateAndFire({ neurons: 1, name: 'count' }),
      threshold({ threshold: [1], name: 'compare' }),
    );
    const reasons = [
      expect.stringMatching(/^affine\.bias\[0\] is 0\.5; give it to the neurons/),
      expect.stringMatching(/^late.*: .*holds back by up to 3 steps/),
      expect.stringMatching(/^smooth: the chip has no li;/),
      expect.stringMatching(/^bad\.tauSyn: there is no tauSyn/),
      expect.stringMatching(/^bad\.leak\[0\] is 0\.1;/),
      expect.stringMatching(/^bad\.reset\[0\] is -1;/),
      expect.stringMatching(/^bad\.threshold\[0\] is 0;/),
      expect.stringMatching(/^bad\.bias\[0\] is -1; times resistance/),
      expect.stringMatching(/^sum: the chip has no integrator;/),
      expect.stringMatching(/^count: the chip has no integrateAndFire;/),
      expect.stringMatching(/^compare: the chip has no threshold;/),
    ];
    expect(networkProblems(net).map(problemText)).toEqual(reasons);
    expect(reasonsOf(() => toDynapSim(net))).toEqual(reasons);
    expect(reasonsOf(() => mergeStages(net))).toEqual(reasons);
    expect(() => toDynapSim(net)).toThrow(UnsupportedPipelineError);
  });

  const neurons = (changes: Partial<LifConfig> = {}): StageDefinition =>
    lif({ neurons: 1, ...cuba, name: 'lif', ...changes });
  const weights = (name: string): StageDefinition => linear({ weight: one, name });

  it.each<[string, readonly StageDefinition[], RegExp]>([
    ['LIF neurons without input weights', [neurons()], /lif takes its input without weights/],
    [
      'LIF neurons that feed others without weights',
      [weights('in'), neurons(), neurons({ name: 'next' })],
      /lif feeds next without weights/,
    ],
    [
      'two matrices in a row',
      [weights('a'), weights('b'), neurons()],
      /a and b are both linear; multiply them/,
    ],
    [
      'two matrices with a scale between them',
      [weights('a'), scale({ scale: [2] }), weights('b'), neurons()],
      /a and b are both linear/,
    ],
    ['no neurons at all', [delay({ channels: 1, delay: 0 })], /there are no neurons/],
  ])('is refused: %s, for this reason only', (_, stages, reason) => {
    expect(refusals(...stages)).toEqual([expect.stringMatching(reason)]);
    expect(() => mergeStages(pipeline(...stages))).toThrow(UnsupportedPipelineError);
  });

  it('is nothing where all has one', () => {
    expect(
      refusals(
        scale({ scale: [2] }),
        weights('in'),
        neurons({ inputWeight: 3, resistance: 0.5 }),
        scale({ scale: [3], name: 'alone' }),
        dynapSim({ neurons: 1 }),
      ),
    ).toEqual([]);
  });
});

describe('mergeStages', () => {
  it('merges LIF neurons as their DynapSim counterparts', () => {
    const net = pipeline(
      linear({ weight: [[1, 2]] }),
      lif({
        neurons: 2,
        ...cuba,
        inputWeight: 2,
        recurrent: [
          [1, 2],
          [3, 4],
        ],
        name: 'first',
      }),
      linear({ weight: [[5], [6]], name: 'between' }),
      lif({ neurons: 1, ...cuba, threshold: 3, name: 'second' }),
    );
    const target = { C_syn: 25e-12, C_mem: 2e-12 };
    const merged = mergeStages(net, target);
    expect(merged).toEqual(mergeStages(toDynapSim(net, target)));
    const rows = (matrix: Matrix): number[][] => matrixRows(matrix);
    expect(rows(dense(merged).input)).toEqual([[2, 4, 0]]);
    expect(rows(dense(merged).recurrent)).toEqual([
      [2, 4, 5],
      [6, 8, 6],
      [0, 0, 0],
    ]);
    expect(merged.populations).toEqual({
      first: { first: 0, size: 2 },
      second: { first: 2, size: 1 },
    });
    expect(merged.output).toBe('second');
    expect(Array.from(merged.parameters.C_mem)).toEqual([2e-12, 2e-12, 2e-12]);
  });
});
