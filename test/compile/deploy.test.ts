import fc from 'fast-check';
import {
  type DeployOptions,
  deploy,
  dynapSim,
  InvalidArgumentError,
  linear,
  type Pipeline,
  pipeline,
  UnsupportedPipelineError,
} from 'spikeline';
import {
  biasCurrent,
  coreCurrentNames,
  currentParameter,
  type Destination,
  encodeWeights,
  eventOf,
  nearestBias,
  quantise,
} from 'spikeline/chip';
import { pipelineWeights } from 'spikeline/train';
import { describe, expect, it } from 'vitest';
import { biasRange } from '#src/chips/dynapse2/bias-generator';
import { dendrites, weightMask } from '#src/chips/dynapse2/configuration';
import { chipMemories, neuronOf } from '#src/chips/dynapse2/memory';
import { subsetSums } from '#src/chips/masks';
import { reasonsOf } from '#test/events/reasons';
import { runs } from '#test/support/runs';
import { mergedMatrices } from './dense.ts';

/** Bases of 1, 2, 4 and 8: whole numbers up to 15 are exact. */
const exact: DeployOptions = { quantiser: (weights) => encodeWeights(weights, [1, 2, 4, 8]) };
const core0: Destination['core'] = [true, false, false, false];

const net = pipeline(
  linear({
    weight: [
      [1, -2],
      [3, 0],
      [0, 0],
    ],
  }),
  dynapSim({
    neurons: 2,
    recurrent: [
      [0, 4],
      [-8, 0],
    ],
    name: 'pair',
  }),
);

/** What neuron `n` of core 0 listens to: tag, mask, dendrite. */
function synapsesOf(given: Pipeline, n: number, options = exact): number[][] {
  const { neurons } = deploy(given, options).configuration.chips[0]!.cores[0]!;
  return neurons[n]!.synapses.map(({ tag, weight, dendrite }) => [
    tag,
    weightMask(weight),
    dendrite,
  ]);
}

function reasons(given: Pipeline, options = exact): readonly string[] {
  return reasonsOf(() => deploy(given, options));
}

describe('deploy', () => {
  it('gives each weight that is not zero a CAM entry, the sign on its dendrite', () => {
    const { ampa, gaba } = dendrites;
    expect(synapsesOf(net, 0)).toEqual([
      [0, 1, ampa],
      [1, 3, ampa],
      [3 + 1, 8, gaba],
    ]);
    expect(synapsesOf(net, 1)).toEqual([
      [0, 2, gaba],
      [3 + 0, 4, ampa],
    ]);
    expect(synapsesOf(net, 2)).toEqual([]);
  });

  it('sends spikes to the host and, where they are wanted, to the core', () => {
    const { neurons } = deploy(net, exact).configuration.chips[0]!.cores[0]!;
    const monitor = (n: number): Destination => ({
      core: [true, true, true, true],
      xHop: -7,
      yHop: 0,
      tag: n,
    });
    expect(neurons[1]!.destinations).toEqual([
      monitor(1),
      { core: core0, xHop: 0, yHop: 0, tag: 3 + 1 },
    ]);
    const forward = pipeline(linear({ weight: [[1]] }), dynapSim({ neurons: 1 }));
    const [alone] = deploy(forward, exact).configuration.chips[0]!.cores[0]!.neurons;
    expect(alone!.destinations).toEqual([monitor(0)]);
  });

  it('says where each input channel has to be sent', () => {
    const to = (tag: number): Destination => ({ core: core0, xHop: 0, yHop: 0, tag });
    const { inputWords } = deploy(net, exact);
    expect(inputWords.map((words) => Array.from(words, eventOf))).toEqual([[to(0)], [to(1)], []]);
  });

  it('switches the DC input and the adaptation on for its neurons only', () => {
    const { neurons } = deploy(net, exact).configuration.chips[0]!.cores[0]!;
    const on = neurons.map((neuron) => neuron.latchSoDc && neuron.latchSoAdaptation);
    expect(on.slice(0, 3)).toEqual([true, true, false]);
    expect(on.filter(Boolean)).toHaveLength(2);
  });

  it('sets each bias to the setting nearest to its current', () => {
    const { configuration, cores } = deploy(net, exact);
    const { currents } = cores[0]!;
    const { parameters } = configuration.chips[0]!.cores[0]!;
    for (const name of coreCurrentNames) {
      const parameter = currentParameter[name];
      expect(parameters[parameter]).toEqual(nearestBias(parameter, currents[name]!));
    }
    expect([currents['Iw_0'], currents['Iw_3']]).toEqual([1e-8, 8e-8]);
    expect(biasCurrent('SOIF_LEAK_N', parameters.SOIF_LEAK_N!) / 5.32e-12).toBeCloseTo(1, 1);
  });

  it('gives a configuration that a chip can hold and give back', () => {
    const { configuration } = deploy(net, exact);
    const [memory] = chipMemories(configuration);
    for (const [n, neuron] of configuration.chips[0]!.cores[0]!.neurons.entries()) {
      expect(neuronOf(memory!, 0, n)).toEqual(neuron);
    }
  });

  it('says which hardware neuron is which neuron of which population', () => {
    const deep = pipeline(
      linear({ weight: [[1, 2]] }),
      dynapSim({ neurons: 2, name: 'hidden' }),
      linear({
        weight: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      }),
      dynapSim({ neurons: 3, name: 'output' }),
    );
    const { where, outputChannels } = deploy(deep, exact);
    expect(where('hidden', 1)).toMatchObject({ chip: 0, core: 0, neuron: 1 });
    expect(where('output', 0)).toMatchObject({ chip: 0, core: 0, neuron: 2 });
    expect(outputChannels).toEqual([0, 1, 2].map((n) => where('output', n)));
    expect(eventOf(where('output', 2).word)).toMatchObject({ xHop: -6, yHop: 0, tag: 4 });
    // Input takes tag 0, so hidden neurons have the tags 1 and 2.
    expect(synapsesOf(deep, 4)).toEqual([
      [1, 3, dendrites.ampa],
      [2, 6, dendrites.ampa],
    ]);
    for (const [population, index] of [
      ['output', 3],
      ['output', -1],
      ['output', 0.5],
    ] as const) {
      expect(() => where(population, index)).toThrow(InvalidArgumentError);
      expect(() => where(population, index)).toThrow(`output is ${index}; its neurons are 0…2`);
    }
    for (const population of ['nobody', 'toString']) {
      expect(() => where(population, 0)).toThrow(InvalidArgumentError);
      expect(() => where(population, 0)).toThrow(/there are hidden, output/);
    }
  });

  it('places its neurons where it is told', () => {
    const on = (neurons: readonly number[]): DeployOptions => ({
      ...exact,
      hardware: neurons.map((neuron) => ({ chip: 0, core: 0, neuron })),
    });
    const placed = on([200, 7]);
    const { where, configuration } = deploy(net, placed);
    expect([where('pair', 0).neuron, where('pair', 1).neuron]).toEqual([200, 7]);
    expect(eventOf(where('pair', 0).word).tag).toBe(200);
    expect(synapsesOf(net, 200, placed)).toEqual(synapsesOf(net, 0));
    expect(synapsesOf(net, 7, placed)).toEqual(synapsesOf(net, 1));
    expect(synapsesOf(net, 0, placed)).toEqual([]);
    const { neurons } = configuration.chips[0]!.cores[0]!;
    expect(neurons[200]!.destinations.map(({ tag }) => tag)).toEqual([200, 3]);
    expect(reasons(net, on([1]))).toEqual([
      expect.stringMatching(/hardware.length is 1; there are 2 neurons/),
    ]);
    expect(reasons(net, on([1, 1]))).toEqual([expect.stringMatching(/share one place/)]);
    expect(reasons(net, on([1, 256]))).toEqual([expect.stringMatching(/neuron 256/)]);
  });

  it('takes a row of zeros beside 64 full entries', () => {
    const weight = [...Array.from({ length: 64 }, () => [1]), [0]];
    expect(reasons(pipeline(linear({ weight }), dynapSim({ neurons: 1 })))).toEqual([]);
  });
});

describe('the quantised pipeline', () => {
  it('has the weights of its masks, in the places of the weights they stand for', () => {
    const value = fc.double({ min: -20, max: 20, noNaN: true });
    const matrixOf = (height: number, width: number): fc.Arbitrary<number[][]> =>
      fc.array(fc.array(value, { minLength: width, maxLength: width }), {
        minLength: height,
        maxLength: height,
      });
    const weights = fc.tuple(matrixOf(3, 2), matrixOf(2, 2), matrixOf(2, 3), matrixOf(3, 3));
    fc.assert(
      fc.property(weights, ([input, first, between, second]) => {
        const deep = pipeline(
          linear({ weight: input }),
          dynapSim({ neurons: 2, recurrent: first }),
          linear({ weight: between }),
          dynapSim({ neurons: 3, recurrent: second }),
        );
        const light = {
          quantiser: (all: ArrayLike<number>) => quantise(all, { restarts: 5, hops: 5 }),
          cluster: { clusters: 1 },
        };
        const { quantised, cores } = deploy(deep, light);
        const { weights: bits } = cores[0]!;
        const levels = subsetSums(bits.base);
        const found = pipelineWeights(quantised);
        for (const [i, weight] of pipelineWeights(deep).entries()) {
          const nearest = Math.min(...levels.map((level) => Math.abs(level - Math.abs(weight))));
          expect(Math.abs(found[i]! - weight)).toBeCloseTo(nearest, 12);
          expect(levels.includes(Math.abs(found[i]!))).toBe(true);
        }
        const merged = mergedMatrices(quantised);
        const nonZero = [...merged.input.values, ...merged.recurrent.values].filter((w) => w !== 0);
        expect(nonZero).toEqual(Array.from(bits.values).filter((weight) => weight !== 0));
        expect(bits.values.map(Math.abs)).toEqual(
          Float64Array.from(bits.codes, (code) => levels[code]!),
        );
      }),
      { numRuns: runs(15) },
    );
  });

  it('is the pipeline itself where four bits express it', () => {
    const { quantised, mse, remarks } = deploy(net, exact);
    expect(quantised).toEqual(net);
    expect(mse).toBe(0);
    expect(remarks).toEqual([]);
  });
});

describe('deploy speaks up', () => {
  it('about weights that are lost to zero', () => {
    const faint = pipeline(
      linear({
        weight: [
          [0.4, -0.3, 1],
          [0, 2, 3],
        ],
      }),
      dynapSim({ neurons: 3 }),
    );
    const { lost, remarks } = deploy(faint, exact);
    expect(lost).toEqual([
      { population: 'dynapSim1', index: 0, lost: 1, weights: 1 },
      { population: 'dynapSim1', index: 1, lost: 1, weights: 2 },
    ]);
    expect(remarks).toEqual([
      'nothing excites dynapSim1[0] any more, first of all dynapSim1[0], 1 of whose 1 weights are too small for the codes of its core',
      '2 weights are too small and become zero: dynapSim1[0] (1 of 1), dynapSim1[1] (1 of 2)',
    ]);
  });

  it('about a fan-in above 64, naming the neurons', () => {
    const column = (ones: number): number[] => Array.from({ length: 65 }, (_, i) => +(i < ones));
    const [none, full, over] = [column(0), column(64), column(65)];
    const weight = none.map((_, i) => [full[i]!, over[i]!, none[i]!]);
    const crowded = pipeline(linear({ weight }), dynapSim({ neurons: 3 }));
    expect(reasons(crowded)).toEqual([
      expect.stringMatching(/fan-in above 64 at neuron dynapSim1\[1\] \(65\);/),
    ]);
    // Recurrence counts as well.
    const recurrent = [
      [1, 0, 1],
      [0, 0, 0],
      [0, 0, 0],
    ];
    const inner = pipeline(
      linear({ weight: weight.slice(0, 64) }),
      dynapSim({ neurons: 3, recurrent }),
    );
    expect(reasons(inner)).toEqual([expect.stringMatching(/at neuron dynapSim1\[0\] \(65\);/)]);
    const fits = pipeline(linear({ weight: weight.slice(0, 64) }), dynapSim({ neurons: 3 }));
    expect(reasons(fits)).toEqual([]);
  });

  it('about more neurons than a core holds', () => {
    const wide = pipeline(linear({ weight: [new Array(257).fill(1)] }), dynapSim({ neurons: 257 }));
    const cores = new Array(257).fill({ chip: 0, core: 0 });
    expect(reasons(wide, { ...exact, cores })).toContainEqual(
      expect.stringMatching(/257 neurons are on core 0/),
    );
  });

  it('about a current that no bias can give', () => {
    const strong = pipeline(linear({ weight: [[1]] }), dynapSim({ neurons: 1, Idc: 1e-3 }));
    const { max: most } = biasRange('SOIF_DC_P');
    expect(reasons(strong)).toEqual([
      expect.stringContaining(`dynapSim1.Idc[0] is 0.001; SOIF_DC_P gives at most ${most} A`),
    ]);
    expect(() => deploy(strong, exact)).toThrow(UnsupportedPipelineError);
    // Below the least current a circuit is off for all that matters.
    const idle = pipeline(linear({ weight: [[1]] }), dynapSim({ neurons: 1, Idc: 0 }));
    expect(reasons(idle)).toEqual([]);
  });

  it('about neurons whose input has no weights', () => {
    expect(reasons(pipeline(dynapSim({ neurons: 1, name: 'bare' })))).toEqual([
      expect.stringContaining(
        'bare: it takes the input without weights; put a linear stage before it',
      ),
    ]);
  });

  it('about a quantiser that gives what no chip can hold', () => {
    const [base, codes, values] = [[1, 2, 4, 8], new Uint8Array(5), new Float64Array(5)];
    const found = { base, codes, values, mse: 0 };
    const given = (wrong: Partial<typeof found>): readonly string[] =>
      reasons(net, { quantiser: () => ({ ...found, ...wrong }) });
    expect(given({})).toEqual([]);
    expect(given({ base: [1, 2, 4] })).toEqual([
      'base is [1,2,4]; 4 finite numbers of at least 0 are needed',
    ]);
    expect(given({ base: [1, 2, 4, -8], codes: new Uint8Array(4).fill(16) })).toEqual([
      expect.stringMatching(/^base is \[1,2,4,-8\]/),
      'codes.length is 4; there are 5 weights',
      'codes[0] is 16; codes are 0…15',
    ]);
  });

  it('about every broken limit at once', () => {
    const weight = Array.from({ length: 65 }, () => [1]);
    const bad = pipeline(linear({ weight }), dynapSim({ neurons: 1, Idc: 1e-3 }));
    expect(reasons(bad)).toHaveLength(2);
  });
});
