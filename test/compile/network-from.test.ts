import fc from 'fast-check';
import {
  deploy,
  dynapSim,
  InvalidArgumentError,
  linear,
  pipeline,
  poissonRaster,
  referenceEngine,
  type SpikeRaster,
  startPipeline,
  UnsupportedPipelineError,
} from 'spikeline';
import {
  biasCurrent,
  type ChipConfiguration,
  type Destination,
  encodeWeights,
  type HardwareNeuron,
  networkFrom,
  type PlacedSynapses,
} from 'spikeline/chip';
import { type DynapSimParameters, randomStream } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { collectSynapses } from '#src/chips/collect';
import { idleCore } from '#src/chips/dynapse2/configuration';
import { eventWord, monitorReply } from '#src/chips/dynapse2/event';
import { mergeStages } from '#src/compile/front/merge';
import { dendriteNames } from '#src/neurons/dynap-se2/parameters';
import { reasonsOf } from '#test/events/reasons';
import { runs } from '#test/support/runs';
import { boardSpikes } from './board-spikes.ts';
import { mergedMatrices } from './dense.ts';
import { allocate, configurationOf, randomNetwork, synapseNames } from './placed-networks.ts';

const [ampa, gaba, nmda, shunt] = dendriteNames;

/** Event words of destinations. */
const wordsOf = (all: readonly (readonly Destination[])[]): Uint32Array[] =>
  all.map((own) => Uint32Array.from(own, eventWord));

/** Spikes of the neurons at `hardware` on a board without mismatch, `[steps × neurons]`. */
async function boardCounts(
  configuration: ChipConfiguration,
  inputWords: readonly Uint32Array[],
  hardware: readonly HardwareNeuron[],
  input: SpikeRaster,
): Promise<number[]> {
  const words = hardware.map(({ chip, core, neuron }) => monitorReply(chip, core, neuron));
  const { counts } = await boardSpikes({ configuration, inputWords }, input, words);
  return Array.from(counts);
}

/** A neuron at a place as text, to be compared and sorted. */
function placeName({ chip, core, neuron }: HardwareNeuron): string {
  return [chip, core, neuron].map((part) => `${part}`.padStart(3, '0')).join('/');
}

/** The same network with its neurons in the order of their hardware. */
function inOrder(network: PlacedSynapses): PlacedSynapses {
  const order = Array.from(network.hardware.keys()).sort((a, b) =>
    placeName(network.hardware[a]!) < placeName(network.hardware[b]!) ? -1 : 1,
  );
  const at = new Map(order.map((n, i) => [n, i]));
  const { input, recurrent, hardware, dc, adaptation, monitored } = network;
  return {
    ...network,
    input: { ...input, post: input.post.map((n) => at.get(n)!) },
    recurrent: {
      ...recurrent,
      pre: recurrent.pre.map((n) => at.get(n)!),
      post: recurrent.post.map((n) => at.get(n)!),
    },
    hardware: order.map((n) => hardware[n]!),
    dc: order.map((n) => dc[n]!),
    adaptation: order.map((n) => adaptation[n]!),
    monitored: order.map((n) => monitored?.[n] ?? true),
  };
}

describe('networkFrom', () => {
  it('gives back what was allocated, and the spikes of the board', async () => {
    const shape = fc.record({
      seed: fc.integer(),
      neurons: fc.integer({ min: 1, max: 40 }),
      channels: fc.integer({ min: 1, max: 20 }),
      chips: fc.integer({ min: 1, max: 4 }),
      fanIn: fc.integer({ min: 1, max: 15 }),
    });
    let spikes = 0;
    let routed = 0;
    await fc.assert(
      fc.asyncProperty(shape, async ({ seed, ...config }) => {
        const random = randomStream(seed);
        const given = randomNetwork(random, config);
        // A neuron that neither listens nor sends nor has its DC input on leaves no trace.
        const monitored = given.dc.map((on, n) => !on || given.monitored![n]!);
        const network = inOrder({ ...given, monitored });
        const { chips, inputWords } = allocate(network);
        const configuration = configurationOf(chips, random);
        const restored = networkFrom(configuration, { inputs: inputWords });
        expect(restored.hardware).toEqual(network.hardware);
        expect(synapseNames(restored.network)).toEqual(synapseNames(network));
        expect(restored.network.dc).toEqual(network.dc);
        expect(restored.network.adaptation).toEqual(network.adaptation);
        expect(restored.network.monitored).toEqual(network.monitored);
        expect(restored.remarks).toEqual([]);
        const { channels } = network;
        const input = poissonRaster({ channels, rate: 60, duration: 0.5, seed });
        const expected = startPipeline(restored.pipeline, referenceEngine).process(input).counts;
        const counts = await boardCounts(configuration, inputWords, network.hardware, input);
        const size = network.hardware.length;
        expect(counts).toEqual(
          Array.from(expected, (count, i) => (network.monitored![i % size] ? count : 0)),
        );
        spikes += counts.reduce((sum, count) => sum + count, 0);
        routed += network.recurrent.pre.length;
      }),
      { numRuns: runs(25) },
    );
    expect(spikes).toBeGreaterThan(2000);
    expect(routed).toBeGreaterThan(20 * runs(25));
  });

  it('gives a neuron of the board the weights and currents of its own core', () => {
    const input = collectSynapses();
    input.add(0, 0, 0b0101, ampa);
    input.add(0, 1, 0b1000, gaba);
    const recurrent = collectSynapses();
    recurrent.add(0, 1, 0b0010, ampa);
    const network: PlacedSynapses = {
      channels: 1,
      input: input.list(),
      recurrent: recurrent.list(),
      hardware: [
        { chip: 0, core: 1, neuron: 9 },
        { chip: 1, core: 0, neuron: 3 },
      ],
      dc: [true, false],
      adaptation: [false, true],
    };
    const { chips, inputWords } = allocate(network);
    const configuration = configurationOf(chips, randomStream(1));
    const restored = networkFrom(configuration, { inputs: inputWords, Iscale: 1e-9, dt: 1e-4 });
    const [first, second] = [chips.length, 0].map((_, n) => {
      const { chip, core } = network.hardware[n]!;
      return configuration.chips[chip]!.cores[core]!.parameters;
    });
    const current = (name: 'SYAM_W0_P' | 'SOIF_DC_P' | 'SOAD_GAIN_P' | 'DEAM_ETAU_P', n: number) =>
      biasCurrent(name, (n === 0 ? first : second)![name]!);
    const weight = (name: 'SYAM_W0_P' | 'SYAM_W1_P' | 'SYAM_W2_P' | 'SYAM_W3_P', n: number) =>
      biasCurrent(name, (n === 0 ? first : second)![name]!) / 1e-9;
    expect(restored.pipeline.dt).toBe(1e-4);
    const merged = { ...mergeStages(restored.pipeline), ...mergedMatrices(restored.pipeline) };
    const close = (found: ArrayLike<number>, wanted: readonly number[]): void => {
      for (const [i, value] of wanted.entries()) expect(found[i]! / value).toBeCloseTo(1, 12);
    };
    const sum = weight('SYAM_W0_P', 0) + weight('SYAM_W2_P', 0);
    close(merged.input.values, [sum, -weight('SYAM_W3_P', 1)]);
    close(merged.recurrent.values.subarray(1, 2), [weight('SYAM_W1_P', 1)]);
    const { Idc, Igain_ahp, Itau_syn } = merged.parameters as DynapSimParameters;
    expect(Array.from(Idc)).toEqual([current('SOIF_DC_P', 0), 0]);
    expect(Array.from(Igain_ahp)).toEqual([0, current('SOAD_GAIN_P', 1)]);
    expect(Array.from(Itau_syn)).toEqual([current('DEAM_ETAU_P', 0), current('DEAM_ETAU_P', 1)]);
  });

  it('keeps neurons that are silent, and channels that reach nothing', () => {
    const exact = {
      quantiser: (all: ArrayLike<number>) => encodeWeights(all, [1, 2, 4, 8]),
    };
    const net = pipeline(
      linear({
        weight: [
          [1, 0, 0, 0],
          [0, 0, 0, 0],
          [0, 4, 0, 0],
        ],
      }),
      dynapSim({
        neurons: 4,
        recurrent: [
          [0, 0, 0, 0],
          [0, 0, 0, 0],
          [-8, 0, 0, 0],
          [0, 0, 0, 0],
        ],
      }),
    );
    const { configuration, inputWords } = deploy(net, exact);
    const { pipeline: restored, hardware } = networkFrom(configuration, { inputs: inputWords });
    expect(hardware.map(({ neuron }) => neuron)).toEqual([0, 1, 2, 3]);
    const [given, found] = [mergedMatrices(net), mergedMatrices(restored)];
    for (const name of ['input', 'recurrent'] as const) {
      const { rows, columns, values } = found[name];
      expect([rows, columns]).toEqual([given[name].rows, given[name].columns]);
      for (const [i, value] of given[name].values.entries()) {
        if (value === 0) expect(values[i]).toBe(0);
        else expect(values[i]! / value).toBeCloseTo(1, 1);
      }
    }
  });

  it('finds the channels by their tags where it is told none', () => {
    const random = randomStream(3);
    const config = { neurons: 12, channels: 6, chips: 2, fanIn: 9 };
    const network = inOrder(randomNetwork(random, config));
    const { chips, inputWords } = allocate(network);
    expect(inputWords.every((all) => all.length > 0)).toBe(true);
    const { network: found, inputWords: channels } = networkFrom(configurationOf(chips, random));
    expect(synapseNames(found)).toEqual(synapseNames(network));
    const words = (all: Uint32Array): number[] => [...all].sort();
    expect(channels.map(words)).toEqual(inputWords.map(words));
  });

  it('reads the neurons that it is told, in their order', () => {
    const random = randomStream(5);
    const network = randomNetwork(random, { neurons: 9, channels: 4, chips: 3, fanIn: 6 });
    const given = { ...network, monitored: network.hardware.map(() => true) };
    const { chips, inputWords: inputs } = allocate(given);
    const configuration = configurationOf(chips, random);
    const { hardware } = given;
    const restored = networkFrom(configuration, { inputs, hardware });
    expect(restored.hardware).toEqual(hardware);
    expect(synapseNames(restored.network)).toEqual(synapseNames(given));
    expect(restored.remarks).toEqual([]);
    const some = networkFrom(configuration, { inputs, hardware: hardware.slice(0, 7) });
    expect(some.remarks[0]).toBe('2 neurons are in use and were not asked for');
    const [first] = hardware;
    expect(
      reasonsOf(() =>
        networkFrom(configuration, { hardware: [first!, first!, { ...first!, neuron: 256 }] }),
      ),
    ).toHaveLength(2);
  });

  it('takes spikes for the host by y 0 and, as Rockpool sends them, by y -7', () => {
    const net = pipeline(linear({ weight: [[1, 2]] }), dynapSim({ neurons: 2 }));
    const [chip] = deploy(net).configuration.chips;
    const [core, ...others] = chip!.cores;
    for (const yHop of [0, -7]) {
      const neurons = core!.neurons.map((neuron) => ({
        ...neuron,
        destinations: neuron.destinations.map((to) => ({ ...to, yHop })),
      }));
      const { network } = networkFrom({ chips: [{ cores: [{ ...core!, neurons }, ...others] }] });
      expect(network.monitored).toEqual([true, true]);
    }
  });

  it('has rows in the order of the input map, also where channels share a tag', () => {
    const [on, ...off] = [true, false, false, false];
    const to = (tag: number, xHop = 0): Destination => ({
      core: [on!, ...(off as [boolean, boolean, boolean])],
      xHop,
      yHop: 0,
      tag,
    });
    const input = collectSynapses();
    input.add(0, 0, 1, ampa);
    input.add(1, 0, 2, ampa);
    const { chips } = allocate({
      channels: 2,
      input: input.list(),
      recurrent: collectSynapses().list(),
      hardware: [{ chip: 0, core: 0, neuron: 0 }],
      dc: [false],
      adaptation: [false],
    });
    const configuration = configurationOf(chips, randomStream(0));
    const inputs = wordsOf([[to(1)], [to(0), to(0)], [to(1, 3)], [to(5)], [to(1)]]);
    const { network } = networkFrom(configuration, { inputs });
    expect(synapseNames(network)).toEqual(['c0 0 2 0', 'c1 0 1 0', 'c1 0 1 0', 'c4 0 2 0']);
    expect(networkFrom(configuration, { inputs: wordsOf([[to(0)]]) }).remarks).toEqual([
      '1 CAM entries listen to tags that nothing sends',
    ]);
    const beyond = { inputs: [Uint32Array.of(wordsOf([[to(0)]])[0]![0]! + 2048)] };
    expect(() => networkFrom(configuration, beyond)).toThrow(/inputs\[0\]\[0\].tag is 2048/);
  });

  it('reads a network that has no input', () => {
    const recurrent = collectSynapses();
    recurrent.add(0, 0, 1, gaba);
    const { chips } = allocate({
      channels: 0,
      input: collectSynapses().list(),
      recurrent: recurrent.list(),
      hardware: [{ chip: 3, core: 3, neuron: 255 }],
      dc: [true],
      adaptation: [false],
    });
    const configuration = configurationOf(chips, randomStream(0));
    const { pipeline: restored, inputWords } = networkFrom(configuration);
    expect(inputWords).toEqual([new Uint32Array(0)]);
    expect(restored.channelsIn).toBe(1);
    expect(mergeStages(restored).recurrent.weight[0]).toBeLessThan(0);
  });

  it('says what of a configuration it does not hold', () => {
    const input = collectSynapses();
    input.add(0, 0, 1, ampa);
    const { chips } = allocate({
      channels: 1,
      input: input.list(),
      recurrent: collectSynapses().list(),
      hardware: [{ chip: 0, core: 0, neuron: 0 }],
      dc: [false],
      adaptation: [false],
    });
    const configuration = configurationOf(chips, randomStream(0));
    const [chip] = configuration.chips;
    const [core] = chip!.cores;
    const [neuron] = core!.neurons;
    const synapses = [{ ...neuron!.synapses[0]!, stp: true }];
    const changed = { ...neuron!, synapses, latchSoifKill: true };
    const cores = chip!.cores.with(0, { ...core!, neurons: core!.neurons.with(0, changed) });
    expect(networkFrom({ chips: [{ ...chip!, cores }] }).remarks).toEqual([
      '1 synapses have plasticity or delays, which are not simulated',
      'latchSoifKill are closed, which is not simulated',
    ]);
  });

  it('refuses what no pipeline has neurons for, with all reasons, and what holds no network', () => {
    const input = collectSynapses();
    input.add(0, 0, 1, nmda);
    input.add(0, 1, 1, shunt);
    input.add(0, 1, 1, gaba);
    const { chips } = allocate({
      channels: 1,
      input: input.list(),
      recurrent: collectSynapses().list(),
      hardware: [
        { chip: 0, core: 0, neuron: 0 },
        { chip: 1, core: 2, neuron: 0 },
      ],
      dc: [false, false],
      adaptation: [false, false],
    });
    const configuration = configurationOf(chips, randomStream(0));
    const parameters = { ...configuration.chips[1]!.cores[2]!.parameters };
    parameters.DEGA_IGAIN_P = { coarse: 0, fine: 7, type: 'P' };
    const cores = configuration.chips[1]!.cores;
    const differing = cores.with(2, { ...cores[2]!, parameters });
    const given = {
      chips: [configuration.chips[0]!, { ...configuration.chips[1]!, cores: differing }],
    };
    expect(networkFrom(given).pipeline.stages.at(-1)!.kind).toBe('dynapSe2');
    const lumped = () => networkFrom(given, { model: 'dynapSim' });
    expect(lumped).toThrow(UnsupportedPipelineError);
    expect(reasonsOf(lumped)).toEqual([
      expect.stringMatching(/^chips\[0\].cores\[0\]: .* NMDA or SHUNT/),
      expect.stringMatching(/^chips\[1\].cores\[2\]: .* NMDA or SHUNT/),
      expect.stringMatching(/^chips\[1\].cores\[2\]: GABA has another leak or gain/),
    ]);
    const idle = idleCore();
    const empty = { chips: [{ cores: [idle, idle, idle, idle] }] };
    expect(() => networkFrom(empty)).toThrow(InvalidArgumentError);
    expect(() => networkFrom({ chips: [] })).toThrow(InvalidArgumentError);
  });
});

describe('the echo', () => {
  it('reaches no neuron that listens to its tag', async () => {
    const input = collectSynapses();
    input.add(2047, 0, 15, ampa);
    const network: PlacedSynapses = {
      channels: 2048,
      input: input.list(),
      recurrent: collectSynapses().list(),
      hardware: [{ chip: 0, core: 0, neuron: 0 }],
      dc: [false],
      adaptation: [false],
    };
    // With one source more than tags are, the first free tag is taken; so the listener is told its tag.
    const { chips } = allocate(network);
    const neuron = chips[0]![0]![0]!;
    const listening = [{ ...neuron.synapses[0]!, tag: 2047 }];
    const cores = chips[0]!.with(0, chips[0]![0]!.with(0, { ...neuron, synapses: listening }));
    const configuration = configurationOf([cores], randomStream(2), 0);
    const to: Destination = { core: [true, false, false, false], xHop: 0, yHop: 0, tag: 2047 };
    const echo: Destination = { core: [true, true, true, true], xHop: -7, yHop: -7, tag: 2047 };
    const noise = poissonRaster({ channels: 1, rate: 500, duration: 0.2, seed: 1 });
    const heard = await boardCounts(configuration, wordsOf([[to]]), network.hardware, noise);
    expect(Math.max(...heard)).toBeGreaterThan(0);
    const echoed = await boardCounts(configuration, wordsOf([[echo]]), network.hardware, noise);
    expect(Math.max(...echoed)).toBe(0);
  });
});
