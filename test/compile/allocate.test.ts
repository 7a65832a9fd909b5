import fc from 'fast-check';
import { InvalidArgumentError } from 'spikeline';
import type { PlacedSynapses } from 'spikeline/chip';
import { randomStream } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { collectSynapses } from '#src/chips/collect';
import { dendriteNames } from '#src/neurons/dynap-se2/parameters';
import { runs } from '#test/support/runs';
import {
  allocate,
  allocationProblems,
  dendriteOrder,
  followed,
  randomNetwork,
  synapseNames,
} from './placed-networks.ts';

const [ampa, gaba, nmda, shunt] = dendriteNames;
const kinds = dendriteNames;

/** Two chips: a channel and neuron 0 on chip 0 drive neuron 1 on chip 1, which inhibits both. */
function pair(): PlacedSynapses {
  const input = collectSynapses();
  input.add(1, 0, 3, ampa);
  input.add(1, 1, 15, nmda);
  const recurrent = collectSynapses();
  recurrent.add(0, 1, 4, ampa);
  recurrent.add(1, 0, 8, gaba);
  recurrent.add(1, 1, 8, shunt);
  return {
    channels: 2,
    input: input.list(),
    recurrent: recurrent.list(),
    hardware: [
      { chip: 0, core: 2, neuron: 255 },
      { chip: 1, core: 1, neuron: 7 },
    ],
    dc: [true, false],
    adaptation: [false, true],
    nmda: [false, true],
    monitored: [true, false],
  };
}

const only = (core: number) => [core === 0, core === 1, core === 2, core === 3];

describe('allocate', () => {
  it('gives synapses, routes over chips, and latches to the place of each neuron', () => {
    const { chips, inputChannels, tagOf } = allocate(pair());
    const first = chips[0]![2]![255]!;
    const second = chips[1]![1]![7]!;
    const monitor = { core: [true, true, true, true], xHop: -7, yHop: 0, tag: 2 * 256 + 255 };
    expect(first.destinations).toEqual([monitor, { core: only(1), xHop: 1, yHop: 0, tag: 2 }]);
    expect(second.destinations).toEqual([
      { core: only(2), xHop: -1, yHop: 0, tag: 3 },
      { core: only(1), xHop: 0, yHop: 0, tag: 3 },
    ]);
    expect(inputChannels).toEqual([
      [],
      [
        { core: only(2), xHop: 0, yHop: 0, tag: 1 },
        { core: only(1), xHop: 1, yHop: 0, tag: 1 },
      ],
    ]);
    expect(
      second.synapses.map(({ tag, dendrite }) => [
        tag,
        dendriteNames[dendriteOrder.indexOf(dendrite)],
      ]),
    ).toEqual([
      [1, nmda],
      [2, ampa],
      [3, shunt],
    ]);
    expect([first.latchSoDc, first.latchSoAdaptation, first.latchDenmNmda]).toEqual([
      true,
      false,
      false,
    ]);
    expect([second.latchSoDc, second.latchSoAdaptation, second.latchDenmNmda]).toEqual([
      false,
      true,
      true,
    ]);
    expect([tagOf(0), tagOf(1), tagOf(2)]).toEqual([2, 3, undefined]);
    const idle = chips.flat(2).filter((n) => n.synapses.length + n.destinations.length === 0);
    expect(idle).toHaveLength(2 * 1024 - 2);
  });

  it('lets every spike find the synapses of its network and no other', () => {
    const shape = fc.record({
      seed: fc.integer(),
      neurons: fc.integer({ min: 1, max: 60 }),
      channels: fc.integer({ min: 0, max: 30 }),
      chips: fc.integer({ min: 1, max: 4 }),
      fanIn: fc.integer({ min: 0, max: 20 }),
    });
    fc.assert(
      fc.property(shape, ({ seed, ...config }) => {
        const network = randomNetwork(randomStream(seed), { ...config, kinds });
        expect(allocationProblems(network)).toEqual([]);
        const { chips, inputChannels } = allocate(network);
        expect(followed(chips, inputChannels, network.hardware)).toEqual(synapseNames(network));
        for (const [n, { chip, core, neuron }] of network.hardware.entries()) {
          const { destinations, latchSoDc } = chips[chip]![core]![neuron]!;
          const reports = destinations.filter(({ xHop }) => xHop === -7).length;
          expect(reports === 1).toBe(network.monitored![n]);
          expect(latchSoDc).toBe(network.dc[n]);
        }
      }),
      { numRuns: runs(60) },
    );
  });

  it('has a CAM entry for each synapse between the same two, in the order of who sends', () => {
    const network = pair();
    const input = collectSynapses();
    input.add(1, 0, 3, ampa);
    input.add(0, 0, 1, nmda);
    input.add(1, 0, 2, shunt);
    const { chips } = allocate({ ...network, input: input.list() });
    const named = chips[0]![2]![255]!.synapses.map(({ tag, dendrite }) => [
      tag,
      dendriteNames[dendriteOrder.indexOf(dendrite)],
    ]);
    expect(named).toEqual([
      [0, nmda],
      [1, ampa],
      [1, shunt],
      [3, gaba],
    ]);
  });

  it('allocates 4096 neurons with 64 inputs each', () => {
    const recurrent = collectSynapses();
    const neurons = Array.from({ length: 4096 }, (_, n) => n);
    for (const n of neurons) {
      for (let back = 1; back <= 64; back++) recurrent.add((n + 4096 - back) % 4096, n, 5, ampa);
    }
    const network: PlacedSynapses = {
      channels: 0,
      input: collectSynapses().list(),
      recurrent: recurrent.list(),
      hardware: neurons.map((n) => ({ chip: n >> 10, core: (n >> 8) & 3, neuron: n & 255 })),
      dc: neurons.map(() => false),
      adaptation: neurons.map(() => false),
    };
    const { chips, inputChannels } = allocate(network);
    expect(followed(chips, inputChannels, network.hardware)).toEqual(synapseNames(network));
  });

  it('refuses what does not fit, with what allocationProblems says', () => {
    const network = { ...pair(), hardware: [pair().hardware[0]!, pair().hardware[0]!] };
    const problems = allocationProblems(network);
    expect(problems).toHaveLength(1);
    expect(() => allocate(network)).toThrow(InvalidArgumentError);
    expect(() => allocate(network)).toThrow(problems[0]);
  });
});
