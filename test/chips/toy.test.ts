import { lastValueFrom } from 'rxjs';
import {
  chip,
  deploy,
  diagnose,
  dynapSe2,
  dynapSim,
  fineTune,
  fromRaster,
  linear,
  type Pipeline,
  pipeline,
  poissonRaster,
  referenceEngine,
  runOn,
  startPipeline,
  UnsupportedPipelineError,
  virtualBoard,
} from 'spikeline';
import { networkFrom, type PlainConfiguration, plainFamily } from 'spikeline/chip';
import { linkSuite } from 'spikeline/devices';
import { describe, expect, it } from 'vitest';
import { toy } from './toy.ts';

const lively = { Ispkthr: 8e-9, Iw_ahp: 2e-12 };
const weight = (rows: number, columns: number, seed: number): number[][] =>
  Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (_, c) => 8 * Math.sin(5 * r + 3 * c + seed) + 4),
  );
/** Three populations of 14 neurons on cores of 8. */
const net: Pipeline = pipeline(
  linear({ weight: weight(3, 6, 1) }),
  dynapSim({ ...lively, neurons: 6, name: 'first', Idc: 0 }),
  linear({ weight: weight(6, 6, 2).map((row, r) => row.map((w, c) => (r % 3 === c % 3 ? w : 0))) }),
  dynapSim({ ...lively, neurons: 6, name: 'second' }),
  linear({ weight: weight(6, 2, 3).map((row, r) => row.map((w, c) => (r % 2 === c ? w : 0))) }),
  dynapSim({ ...lively, neurons: 2, name: 'third' }),
);
const noise = poissonRaster({ channels: 3, rate: 120, duration: 0.4, seed: 2 });

describe('a family of other limits and no masks', () => {
  it('takes a network through the same compiler', () => {
    const { family, configuration, cores, hardware, inputWords, remarks } = deploy(net, {
      family: toy,
    });
    expect(family).toBe(toy);
    expect(toy.problems(configuration)).toEqual([]);
    expect(cores.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...cores.map(({ neurons }) => neurons.length))).toBeLessThanOrEqual(8);
    expect(hardware.every(({ core, neuron }) => core < 3 && neuron < 8)).toBe(true);
    expect(inputWords).toHaveLength(3);
    expect(remarks.every((remark) => typeof remark === 'string')).toBe(true);
  });

  it('is read back as it was deployed', () => {
    const deployment = deploy(net, { family: toy });
    const { configuration, inputWords: inputs, hardware, deployedPipeline } = deployment;
    const restored = networkFrom(configuration, { family: toy, inputs, hardware });
    expect(restored.pipeline).toEqual(deployedPipeline);
    const total = restored.network.input.code.reduce((sum, code) => sum + code, 0);
    expect(total).toBe(deployment.weights.input.codes.reduce((sum, code) => sum + code, 0));
  });

  it('runs on the virtual board and behind the chip target as the simulator says', async () => {
    const deployment = deploy(net, { family: toy });
    const board = virtualBoard({ family: toy, mismatch: { fraction: 0 }, engine: referenceEngine });
    const link = await board.open();
    // The types of targets/chip name the default family; what it does is generic.
    const target = chip(link as never, { deployment: deployment as never });
    const output = await lastValueFrom(fromRaster(noise).pipe(runOn(target, net)));
    await link.close();
    const simulated = startPipeline(deployment.deployedPipeline, referenceEngine).process(noise);
    const expected = Array.from({ length: noise.steps * 2 }, (_, i) => {
      const [step, n] = [Math.floor(i / 2), i % 2];
      return simulated.counts[step * 14 + 12 + n];
    });
    expect(output.counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(5);
    expect(Array.from(output.counts)).toEqual(expected);
  });

  it('is refused beyond its own limits, and nobody else is', () => {
    const wide = pipeline(linear({ weight: [new Array(49).fill(1)] }), dynapSim({ neurons: 49 }));
    expect(() => deploy(wide, { family: toy })).toThrow(UnsupportedPipelineError);
    expect(() => deploy(wide, { family: toy })).toThrow(/49 neurons need 7 cores; 2 chips have 6/);
    expect(deploy(wide).cores).toHaveLength(1);
    const heavy = pipeline(
      linear({ weight: weight(9, 1, 0).map(() => [6]) }),
      dynapSim({ neurons: 1 }),
    );
    expect(() => deploy(heavy, { family: toy })).toThrow(/fan-in above 24 .* \(54\)/);
  });

  it('is diagnosed and fine-tuned', async () => {
    const deployment = deploy(net, { family: toy });
    expect(diagnose(deployment, noise).silent).toEqual([]);
    const target = Array.from({ length: noise.steps * 2 }, () => 0.2);
    const tuned = await fineTune(net, [{ input: noise, target }], {
      epochs: 5,
      deploy: { family: toy },
    });
    expect(tuned.loss).toBeLessThanOrEqual(tuned.lossBefore);
  });

  it('is read back without a word on its inputs', () => {
    const { configuration } = deploy(net, { family: toy });
    const { network, inputWords, remarks } = networkFrom(configuration, { family: toy });
    expect([network.channels, inputWords.length, network.hardware.length]).toEqual([3, 3, 14]);
    expect(remarks).toEqual([]);
  });

  it('has neurons of one model', () => {
    const four = pipeline(linear({ weight: [[1, 0, 0, 0]] }), dynapSe2({ neurons: 1 }));
    expect(() => deploy(four, { family: toy })).toThrow(
      /"dynapSe2"; a toy has neurons of dynapSim/,
    );
  });

  it('refuses what no toy can hold, all at once', () => {
    const { configuration } = deploy(net, { family: toy });
    const [first] = configuration.chips;
    const biases = first!.biases.with(2, Number.NaN);
    const spoilt = { chips: [{ ...first!, cam: [1] as never, biases }] };
    expect(toy.problems(spoilt).map(({ path }) => path)).toEqual([
      'chips[0].cam',
      'chips[0].biases[2]',
    ]);
    expect(toy.problems({ chips: new Array(9) })).toHaveLength(1);
    const wrong = { biases: [{ chip: 0, core: 9, name: 'x', setting: -1 }] };
    expect(toy.deltaProblems(wrong, 1).map(({ path }) => path)).toEqual([
      'biases[0].core',
      'biases[0].name',
      'biases[0].setting',
    ]);
    const { limits } = toy;
    const config = { name: 'huge', limits: { ...limits, cores: 31 }, largestCode: 6 };
    const rest = { levels: toy.levels, findBase: () => [1] };
    expect(() => plainFamily({ ...config, ...rest })).toThrow(/below 2\^32/);
  });
});

describe('a virtual board of another family', () => {
  const loud = pipeline(linear({ weight: [[15]] }), dynapSim({ neurons: 1, Ispkthr: 1e-8 }));
  const { configuration, inputWords } = deploy(loud, { family: toy });
  const board = virtualBoard({ family: toy, mismatch: { fraction: 0 } });
  const suite = linkSuite({
    open: () => board.open() as never,
    configuration: configuration satisfies PlainConfiguration,
    word: inputWords[0]![0]!,
    delta: {
      biases: [{ chip: 0, core: 0, name: 'Itau_mem', setting: 2e-12 }],
      synapses: [{ chip: 0, core: 0, neuron: 0, entry: 5, synapse: 0 }],
    },
  });
  for (const { name, run } of suite) it(name, run);
});
