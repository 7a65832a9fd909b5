import { lastValueFrom } from 'rxjs';
import {
  chip,
  deploy,
  dynapSe2,
  dynapSim,
  fineTune,
  fromRaster,
  linear,
  pipeline,
  poissonRaster,
  referenceEngine,
  runOn,
  startPipeline,
  UnsupportedPipelineError,
  virtualBoard,
} from 'spikeline';
import { type Dynapse1Configuration, dynapse1, networkFrom } from 'spikeline/chip';
import { linkSuite } from 'spikeline/devices';
import { describe, expect, it } from 'vitest';

const weight = (rows: number, columns: number, seed: number): number[][] =>
  Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (_, c) => 3 * Math.sin(5 * r + 3 * c + seed) + 1),
  );
const net = pipeline(
  linear({ weight: weight(12, 10, 1) }),
  dynapSim({ neurons: 10, name: 'hidden' }),
  linear({ weight: weight(10, 3, 2).map((row) => row.map((w) => 4 * w)) }),
  dynapSim({ neurons: 3, name: 'output' }),
);
const noise = poissonRaster({ channels: 12, rate: 150, duration: 0.4, seed: 2 });

/** Spikes of the output of a net on a virtual board, which has only the memory words. */
async function onBoard(
  given: ReturnType<typeof pipeline>,
  deployment = deploy(given, { family: dynapse1 }),
) {
  const board = virtualBoard({
    family: dynapse1,
    mismatch: { fraction: 0 },
    engine: referenceEngine,
  });
  const link = await board.open();
  // The types of targets/chip name the default family; what it does is generic.
  const target = chip(link as never, { deployment: deployment as never });
  const output = await lastValueFrom(fromRaster(noise).pipe(runOn(target, given)));
  await link.close();
  return Array.from(output.counts);
}

describe('the DYNAP-SE1 as a family', () => {
  const deployment = deploy(net, { family: dynapse1 });

  it('takes a network, within its entries, tags and currents', () => {
    const { configuration, cores, inputWords } = deployment;
    expect(dynapse1.problems(configuration)).toEqual([]);
    expect(cores.length).toBeGreaterThanOrEqual(1);
    expect(inputWords).toHaveLength(12);
    const entries = configuration.chips[0]!.cam.filter((word) => word !== 0);
    expect(entries.length).toBeGreaterThan(60);
  });

  it('runs on the virtual board as the simulator says', async () => {
    const simulated = startPipeline(deployment.deployedPipeline, referenceEngine).process(noise);
    const expected = Array.from({ length: noise.steps * 3 }, (_, i) => {
      const [step, n] = [Math.floor(i / 3), i % 3];
      return simulated.counts[step * 13 + 10 + n];
    });
    const counts = await onBoard(net, deployment);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(20);
    expect(counts).toEqual(expected);
  });

  it('is read back as it was deployed', () => {
    const { configuration, inputWords: inputs, hardware, deployedPipeline } = deployment;
    const restored = networkFrom(configuration, { family: dynapse1, inputs, hardware });
    expect(restored.remarks).toEqual([]);
    expect(restored.network.hardware).toEqual(
      hardware.map(({ chip, core, neuron }) => ({ chip, core, neuron })),
    );
    const [a, b] = [restored.pipeline, deployedPipeline].map((given) =>
      Array.from(startPipeline(given, referenceEngine).process(noise).counts),
    );
    expect(a).toEqual(b);
  });

  it('has no input under tag 0, to which empty entries listen', () => {
    for (const words of deployment.inputWords) {
      for (const word of words) expect(word & 0x3ff).toBeGreaterThan(0);
    }
  });

  it('spends the 64 entries of a neuron where they lower the error most', () => {
    const many = pipeline(linear({ weight: weight(60, 2, 3) }), dynapSim({ neurons: 2 }));
    const { configuration, weights } = deploy(many, { family: dynapse1 });
    const own = (n: number): number =>
      configuration.chips[0]!.cam.subarray(n * 64, n * 64 + 64).filter((word) => word !== 0).length;
    expect(own(0)).toBeLessThanOrEqual(64);
    expect(own(0)).toBeGreaterThan(55);
    const rms = (values: ArrayLike<number>): number =>
      Math.sqrt(Array.from(values).reduce((sum, value) => sum + value ** 2, 0) / values.length);
    const asked = weight(60, 2, 3).flat();
    const errors = asked.map((w, i) => w - weights.input.values[i]!);
    expect(rms(errors) / rms(asked)).toBeLessThan(0.2);
  });

  it('has four dendrites, each with entries of its own kind', async () => {
    const size = [6, 0.3, 2, 0.3];
    const rows = weight(12, 8, 4).map((row) => row.map((w, c) => Math.max(0, w) * size[c >> 1]!));
    const four = pipeline(linear({ weight: rows }), dynapSe2({ neurons: 2, If_nmda: 0 }));
    const own = deploy(four, { family: dynapse1 });
    const board = virtualBoard({
      ...{ family: dynapse1, mismatch: { fraction: 0 }, engine: referenceEngine },
      model: 'dynapSe2',
    });
    const link = await board.open();
    const target = chip(link as never, { deployment: own as never });
    const output = await lastValueFrom(fromRaster(noise).pipe(runOn(target, four)));
    await link.close();
    const simulated = startPipeline(own.deployedPipeline, referenceEngine).process(noise);
    expect(output.counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(5);
    expect(Array.from(output.counts)).toEqual(Array.from(simulated.counts));
  });

  it('goes over several chips, and says what no tag is left for', () => {
    const rows = Array.from({ length: 8 }, (_, i) =>
      Array.from({ length: 1100 }, (__, n) => Number(n % 8 === i)),
    );
    const wide = pipeline(
      linear({ weight: [new Array<number>(8).fill(1)] }),
      dynapSim({ neurons: 8, name: 'first' }),
      linear({ weight: rows }),
      dynapSim({ neurons: 1100 }),
    );
    const placed = deploy(wide, { family: dynapse1 });
    expect(placed.configuration.chips).toHaveLength(2);
    // What listens to the input is where its events come.
    for (let i = 0; i < 8; i++) expect(placed.where('first', i).chip).toBe(0);
    const far = pipeline(linear({ weight: [rows[0]!.map(() => 1)] }), dynapSim({ neurons: 1100 }));
    expect(() => deploy(far, { family: dynapse1 })).toThrow(
      /input 0 \(chip 1\) cannot be sent there: events of the host reach chip 0 only/,
    );
    const hardware = Array.from({ length: 6 }, (_, n) => ({
      chip: n < 5 ? Math.floor(n / 4) : 3,
      core: n < 5 ? n % 4 : 0,
      neuron: n < 5 ? 7 : 0,
    }));
    const five = pipeline(
      linear({ weight: [[1, 1, 1, 1, 1]] }),
      dynapSim({ neurons: 5 }),
      linear({ weight: [[1], [1], [1], [1], [1]] }),
      dynapSim({ neurons: 1 }),
    );
    expect(() => deploy(five, { family: dynapse1, hardware })).toThrow(
      /no tag of their own is free/,
    );
  });

  it('is fine-tuned', async () => {
    const target = Array.from({ length: noise.steps * 3 }, () => 0.2);
    const tuned = await fineTune(net, [{ input: noise, target }], {
      epochs: 3,
      deploy: { family: dynapse1 },
    });
    expect(tuned.loss).toBeLessThanOrEqual(tuned.lossBefore);
  });

  it('refuses thresholds that no bias sets, and words of other places', () => {
    const other = pipeline(linear({ weight: [[1]] }), dynapSim({ neurons: 1, Ispkthr: 1e-8 }));
    expect(() => deploy(other, { family: dynapse1 })).toThrow(UnsupportedPipelineError);
    expect(() => deploy(other, { family: dynapse1 })).toThrow(/1e-7 A, which nothing changes/);
    const [first] = deployment.configuration.chips;
    const spoilt = { chips: [{ ...first!, cam: first!.cam.with(5, 1), sram: [] as never }] };
    expect(dynapse1.problems(spoilt).map(({ path }) => path)).toEqual([
      'chips[0].cam[5]',
      'chips[0].sram',
    ]);
    const wrong = { biases: [{ chip: 4, core: 9, name: 'x', setting: { coarse: 8, fine: 0 } }] };
    expect(dynapse1.deltaProblems(wrong, 1).map(({ path }) => path)).toEqual([
      'biases[0].chip',
      'biases[0].core',
      'biases[0].name',
      'biases[0].setting.coarse',
    ]);
  });
});

describe('a virtual DYNAP-SE1', () => {
  const loud = pipeline(linear({ weight: [[15]] }), dynapSim({ neurons: 1 }));
  const { configuration, inputWords } = deploy(loud, { family: dynapse1 });
  const board = virtualBoard({ family: dynapse1, mismatch: { fraction: 0 } });
  const suite = linkSuite({
    open: () => board.open() as never,
    configuration: configuration satisfies Dynapse1Configuration,
    word: inputWords[0]![0]!,
    delta: {
      biases: [{ chip: 0, core: 0, name: 'IF_TAU1_N', setting: { coarse: 7, fine: 80 } }],
      synapses: [{ chip: 0, core: 0, neuron: 0, entry: 5, synapse: { tag: 9, type: 'fastExc' } }],
    },
  });
  for (const { name, run } of suite) it(name, run);
});
