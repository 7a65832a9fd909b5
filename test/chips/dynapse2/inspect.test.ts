import fc from 'fast-check';
import {
  biasCurrent,
  type ChipConfiguration,
  type CoreConfiguration,
  type Dendrite,
  type Destination,
  inspectConfiguration,
  type NeuronConfiguration,
  type SynapseConfiguration,
} from 'spikeline/chip';
import { describe, expect, it } from 'vitest';
import { idleCore, idleNeuron } from '#src/chips/dynapse2/configuration';
import { monitorDestination } from '#src/chips/dynapse2/event';
import { currentsOf } from '#src/chips/dynapse2/inspect';
import { reasonsOf } from '#test/events/reasons';
import { runs } from '#test/support/runs';
import { anyConfiguration } from './configurations.ts';

const idle = idleCore();

function synapse(tag: number, dendrite: Dendrite = 1024, on = true): SynapseConfiguration {
  return {
    tag,
    weight: [on, false, false, false],
    dendrite,
    stp: false,
    preciseDelay: false,
    mismatchedDelay: false,
  };
}

function to(tag: number, cores: readonly number[], xHop = 0, yHop = 0): Destination {
  const core = [0, 1, 2, 3].map((k) => cores.includes(k));
  return { core: [core[0]!, core[1]!, core[2]!, core[3]!], xHop, yHop, tag };
}

const neuron = (changes: Partial<NeuronConfiguration>): NeuronConfiguration => ({
  ...idleNeuron(),
  ...changes,
});

/** A core whose first neurons are given. */
const core = (...first: readonly NeuronConfiguration[]): CoreConfiguration => ({
  ...idle,
  neurons: idle.neurons.map((own, n) => first[n] ?? own),
});

/** Two chips: a chain from (0, 0) over (0, 2) to (1, 3), with an input and some mistakes. */
const chain: ChipConfiguration = {
  chips: [
    {
      cores: [
        core(
          neuron({
            synapses: [synapse(7), synapse(8, 512), synapse(9, 0), synapse(9, 128, false)],
            destinations: [monitorDestination(0, 0), to(40, [2])],
            latchSoDc: true,
          }),
          neuron({ synapses: [synapse(7, 256)], latchSoDc: true, latchDenmNmda: true }),
        ),
        idle,
        core(
          neuron({ synapses: [synapse(40)], destinations: [to(41, [3], 1), to(42, [0, 1])] }),
          neuron({ synapses: [synapse(40), synapse(40)], destinations: [to(43, [0], -1)] }),
        ),
        idle,
      ],
    },
    {
      cores: [
        idle,
        idle,
        idle,
        core(
          neuron({
            synapses: [synapse(41, 128)],
            destinations: [to(7, [0], -1), to(1, [0], 0, 2)],
          }),
        ),
      ],
    },
  ],
};

describe('inspectConfiguration', () => {
  const { chips, cores, strays } = inspectConfiguration(chain);

  it('finds the cores in use and nothing else', () => {
    expect(chips).toBe(2);
    expect(cores.map((own) => [own.chip, own.core])).toEqual([
      [0, 0],
      [0, 2],
      [1, 3],
    ]);
    expect(inspectConfiguration({ chips: [{ cores: [idle, idle, idle, idle] }] }).cores).toEqual(
      [],
    );
  });

  it('counts fan-in, dendrites, and entries that do nothing', () => {
    expect(cores.map(({ fanIn }) => fanIn)).toEqual([[2, 1], [1, 2], [1]]);
    expect(cores[0]!.synapses).toEqual({ ampa: 1, gaba: 1, nmda: 1, shunt: 0 });
    expect(cores[2]!.synapses).toEqual({ ampa: 0, gaba: 0, nmda: 0, shunt: 1 });
    expect(cores.map(({ mute }) => mute)).toEqual([2, 0, 0]);
  });

  it('follows every spike over cores and chips to the synapses that it reaches', () => {
    expect(cores.map(({ fanOut }) => fanOut)).toEqual([[3], [1, 0], [2]]);
    expect(cores.map(({ reporting }) => reporting)).toEqual([1, 0, 0]);
  });

  it('tells tags that nobody sends and tags that nobody hears', () => {
    expect(cores[0]!.tags).toEqual({
      heard: [7, 8],
      sent: [7, 42],
      unsentTags: [8],
      unheardTags: [42],
    });
    expect(cores[1]!.tags).toEqual({ heard: [40], sent: [40], unsentTags: [], unheardTags: [] });
    expect(cores[2]!.tags).toEqual({ heard: [41], sent: [41], unsentTags: [], unheardTags: [] });
  });

  it('names destinations that lead off the board', () => {
    expect(strays).toEqual([
      { from: { chip: 0, core: 2, neuron: 1 }, destination: to(43, [0], -1) },
      { from: { chip: 1, core: 3, neuron: 0 }, destination: to(1, [0], 0, 2) },
    ]);
  });

  it('counts latches', () => {
    expect(cores[0]!.latches).toMatchObject({ latchSoDc: 2, latchDenmNmda: 1, latchHoActive: 0 });
  });

  it('refuses what no chip can hold', () => {
    const bad = {
      chips: [{ cores: [core(neuron({ synapses: [synapse(4000)] })), idle, idle, idle] }],
    };
    expect(reasonsOf(() => inspectConfiguration(bad))).toEqual([
      'chips[0].cores[0].neurons[0].synapses[0].tag is 4000; a whole number from 0 to 2047 is needed',
    ]);
  });

  it('agrees with itself on any configuration', () => {
    fc.assert(
      fc.property(anyConfiguration, (configuration) => {
        const all = inspectConfiguration(configuration).cores;
        for (const { tags, fanIn, synapses, currents, chip, core: k } of all) {
          const { heard, sent, unsentTags, unheardTags } = tags;
          expect(heard.length - unsentTags.length).toBe(sent.length - unheardTags.length);
          const entries = fanIn.reduce((sum, count) => sum + count, 0);
          expect(Object.values(synapses).reduce((sum, count) => sum + count, 0)).toBe(entries);
          const { parameters } = configuration.chips[chip]!.cores[k]!;
          expect(currents).toEqual(currentsOf(parameters));
        }
      }),
      { numRuns: runs(10, 2) },
    );
  });
});

describe('currentsOf', () => {
  it('gives each current of the model from the bias that carries it', () => {
    const leak = { coarse: 1, fine: 20, type: 'N' } as const;
    const currents = currentsOf({ ...idle.parameters, SOIF_LEAK_N: leak });
    expect(currents.Itau_mem).toBe(biasCurrent('SOIF_LEAK_N', leak));
    expect(currents.Idc).toBe(biasCurrent('SOIF_DC_P', { coarse: 0, fine: 0 }));
  });
});
