import fc from 'fast-check';
import { problemText } from 'spikeline';
import {
  type ChipConfiguration,
  type CoreConfiguration,
  coreParameterNames,
  type Dendrite,
  latchNames,
  type NeuronConfiguration,
  type SynapseConfiguration,
} from 'spikeline/chip';
import { describe, expect, it } from 'vitest';
import {
  idleCore,
  idleNeuron,
  weightMask,
  weightSwitches,
} from '#src/chips/dynapse2/configuration';
import { destinationWord, eventWord } from '#src/chips/dynapse2/event';
import { chipMemories, neuronOf } from '#src/chips/dynapse2/memory';
import { configurationProblems } from '#src/chips/dynapse2/problems';
import { biasWord, synapseOf, synapseWord } from '#src/chips/dynapse2/words';
import { reasonsOf } from '#test/events/reasons';
import { runs } from '#test/support/runs';
import { anyDestination, anyNeuron, anySynapse } from './arbitraries.ts';

const idle = idleCore();

function withNeuron(
  place: { chip: number; core: number; neuron: number },
  own: NeuronConfiguration,
) {
  const core = (k: number): CoreConfiguration =>
    k === place.core ? { ...idle, neurons: idle.neurons.with(place.neuron, own) } : idle;
  const chips = Array.from({ length: place.chip + 1 }, (_, chip) => ({
    cores: [0, 1, 2, 3].map((k) => (chip === place.chip ? core(k) : idle)),
  }));
  return { chips } satisfies ChipConfiguration;
}

function synapse(changes: Partial<SynapseConfiguration> = {}): SynapseConfiguration {
  return {
    tag: 1,
    weight: [true, false, false, false],
    dendrite: 1024,
    stp: false,
    preciseDelay: false,
    mismatchedDelay: false,
    ...changes,
  };
}

describe('words of what may be anything', () => {
  it('are -1 where a field is missing or of another kind', () => {
    for (const name of ['tag', 'weight', 'dendrite'] as const) {
      for (const odd of [undefined, null, -1, 0.5, 4096, '1', [true, false, true]]) {
        expect([name, odd, synapseWord({ ...synapse(), [name]: odd })]).toEqual([name, odd, -1]);
      }
    }
    for (const name of ['stp', 'preciseDelay', 'mismatchedDelay'] as const) {
      expect(synapseWord({ ...synapse(), [name]: 1 })).toBe(-1);
      expect(synapseWord({ ...synapse(), [name]: undefined })).toBe(synapseWord(synapse()));
    }
    const odd = { coarse: 6, fine: 0 };
    expect([undefined, null, 1, {}, odd].map(synapseWord)).toEqual([-1, -1, -1, -1, -1]);
    expect([undefined, null, 1, {}, odd].map(biasWord)).toEqual([-1, -1, -1, -1, -1]);
    expect([undefined, null, 1, {}, odd].map(destinationWord)).toEqual([-1, -1, -1, -1, -1]);
  });

  it('are of what was said first', () => {
    let asked = 0;
    const turning = {
      ...synapse(),
      get tag() {
        return asked++ === 0 ? 7 : 'something else';
      },
    };
    const neuron = { ...idleNeuron(), synapses: [turning as never] };
    const [memory] = chipMemories(withNeuron({ chip: 0, core: 0, neuron: 3 }, neuron));
    expect(synapseOf(memory!.cam[3 * 64]!)).toEqual({ ...synapse(), tag: 7 });
  });
});

describe('synapseWord', () => {
  it('brings every CAM entry back', () => {
    fc.assert(
      fc.property(anySynapse, (given) => {
        const word = synapseWord(given);
        expect(Number.isInteger(word) && word >= 0 && word < 2 ** 22).toBe(true);
        expect(synapseOf(word)).toEqual(given);
      }),
    );
  });

  it('reads a dendrite that does not exist as none', () => {
    const word = synapseWord(synapse({ dendrite: 1024 })) | synapseWord(synapse({ dendrite: 512 }));
    expect(synapseOf(word)).toMatchObject({ tag: 1, dendrite: 0 });
  });
});

describe('weightMask', () => {
  it('has Iw_0 as its lowest bit and comes back', () => {
    expect(weightMask([true, false, false, true])).toBe(9);
    for (let mask = 0; mask < 16; mask++) expect(weightMask(weightSwitches(mask))).toBe(mask);
  });
});

describe('chipMemories', () => {
  it('holds any neuron anywhere so that it can be read back, and no other', () => {
    const place = fc.record({ chip: fc.nat(3), core: fc.nat(3), neuron: fc.nat(255) });
    fc.assert(
      fc.property(place, anyNeuron, (at, neuron) => {
        const memories = chipMemories(withNeuron(at, neuron));
        expect(memories).toHaveLength(at.chip + 1);
        const memory = memories[at.chip]!;
        expect(neuronOf(memory, at.core, at.neuron)).toEqual(neuron);
        const next = (at.neuron + 1) % 256;
        expect(neuronOf(memory, at.core, next)).toEqual(idleNeuron());
        expect(neuronOf(memory, (at.core + 1) % 4, at.neuron)).toEqual(idleNeuron());
        const words = memory.cam.filter((word) => word !== 0);
        expect(words).toHaveLength(neuron.synapses.length);
      }),
      { numRuns: runs(60) },
    );
  });

  it('has nothing but zeros for an idle chip', () => {
    const [memory] = chipMemories({ chips: [{ cores: [idle, idle, idle, idle] }] });
    const { cam, sram, latches, biases } = memory!;
    expect([cam.length, sram.length, latches.length]).toEqual([65_536, 4096, 1024]);
    for (const words of [cam, sram, latches, biases]) {
      expect(words.every((word) => word === 0)).toBe(true);
    }
    expect(biases).toHaveLength(4 * coreParameterNames.length);
  });

  it('writes words where its documentation says', () => {
    const neuron = {
      ...idleNeuron(),
      synapses: [
        synapse(),
        synapse({ tag: 2047, weight: [true, true, true, true], dendrite: 512 }),
      ],
      destinations: [{ core: [false, true, false, false], xHop: 1, yHop: 0, tag: 9 }] as const,
      latchSoAdaptation: true,
    };
    const [memory] = chipMemories(withNeuron({ chip: 0, core: 2, neuron: 5 }, neuron));
    const at = 2 * 256 + 5;
    expect(memory!.cam[at * 64]).toBe(1 | (1 << 11) | (8 << 15));
    expect(memory!.cam[at * 64 + 1]).toBe(2047 | (15 << 11) | (4 << 15));
    expect(memory!.sram[at * 4]).toBe(eventWord(neuron.destinations[0]));
    expect(memory!.latches[at]).toBe(1 << latchNames.indexOf('latchSoAdaptation'));
  });

  it('writes each bias of each core in the order of the parameters', () => {
    const cores = [0, 1, 2, 3].map((k) => {
      const parameters = Object.fromEntries(
        coreParameterNames.map((name, i) => [
          name,
          { coarse: (k + i) % 6, fine: (50 * k + i) % 256, type: 'N' as const },
        ]),
      ) as CoreConfiguration['parameters'];
      return { ...idle, parameters };
    });
    const [memory] = chipMemories({ chips: [{ cores }] });
    for (const k of [0, 1, 2, 3]) {
      for (const i of coreParameterNames.keys()) {
        const word = memory!.biases[k * coreParameterNames.length + i];
        expect(word).toBe(biasWord({ coarse: (k + i) % 6, fine: (50 * k + i) % 256 }));
        expect(word).toBe(256 * ((k + i) % 6) + ((50 * k + i) % 256));
      }
    }
  });

  it('takes a destination without a core as unused', () => {
    const destination = fc.tuple(anyDestination, anyDestination);
    fc.assert(
      fc.property(destination, ([a, b]) => {
        const unused = { ...a, core: [false, false, false, false] as const };
        const used = { ...b, core: [true, false, false, false] as const };
        const neuron = { ...idleNeuron(), destinations: [unused, used] };
        const [memory] = chipMemories(withNeuron({ chip: 0, core: 0, neuron: 0 }, neuron));
        expect(neuronOf(memory!, 0, 0).destinations).toEqual([used]);
      }),
      { numRuns: runs(20) },
    );
  });

  it('refuses everything that no chip can hold, all at once and by its place', () => {
    const neuron: NeuronConfiguration = {
      ...idleNeuron(),
      synapses: [
        ...Array.from({ length: 63 }, () => synapse()),
        synapse({ tag: 2048 }),
        synapse({ dendrite: 3 as Dendrite }),
      ],
      destinations: Array.from({ length: 5 }, (_, i) => ({
        core: [true, true, true, true] as const,
        xHop: i === 0 ? 8 : 0,
        yHop: 0,
        tag: i === 4 ? 0.5 : i,
      })),
    };
    const good = withNeuron({ chip: 1, core: 3, neuron: 7 }, neuron);
    const parameters = {
      ...idle.parameters,
      SOIF_DC_P: { coarse: 6, fine: 0, type: 'P' as const },
      SOIF_GAIN_N: { coarse: 0, fine: 256, type: 'N' as const },
    };
    const bad = {
      chips: [{ cores: [{ ...idle, parameters }, { ...idle, neurons: [] }, idle] }, good.chips[1]!],
    };
    const problems = configurationProblems(bad);
    expect(reasonsOf(() => chipMemories(bad))).toEqual(problems.map(problemText));
    expect(problems.map(({ path, code }) => [path, code])).toEqual([
      ['chips[0].cores.length', 'wrong-shape'],
      ['chips[0].cores[0].parameters.SOIF_GAIN_N.fine', 'out-of-range'],
      ['chips[0].cores[0].parameters.SOIF_DC_P.coarse', 'out-of-range'],
      ['chips[0].cores[1].neurons.length', 'wrong-shape'],
      ['chips[1].cores[3].neurons[7].synapses.length', 'too-large'],
      ['chips[1].cores[3].neurons[7].synapses[63].tag', 'out-of-range'],
      ['chips[1].cores[3].neurons[7].synapses[64].dendrite', 'out-of-range'],
      ['chips[1].cores[3].neurons[7].destinations.length', 'too-large'],
      ['chips[1].cores[3].neurons[7].destinations[0].xHop', 'out-of-range'],
      ['chips[1].cores[3].neurons[7].destinations[4].tag', 'out-of-range'],
    ]);
  });

  it.each([0, 5])('refuses a board of %s chips', (count) => {
    const chips = new Array(count).fill({ cores: [idle, idle, idle, idle] });
    expect(reasonsOf(() => chipMemories({ chips }))).toEqual([
      `chips.length is ${count}; a board has 1…4`,
    ]);
  });

  it.each([
    [1.5, 0],
    [0, 0.5],
    [Number.NaN, 0],
  ])('refuses a bias of coarse %s, fine %s', (coarse, fine) => {
    const parameters = { ...idle.parameters, SOIF_DC_P: { coarse, fine, type: 'P' as const } };
    const cores = [{ ...idle, parameters }, idle, idle, idle];
    expect(reasonsOf(() => chipMemories({ chips: [{ cores }] }))).toHaveLength(1);
  });

  it('refuses a weight of five switches, which would spill into the dendrite', () => {
    const weight = [true, true, true, true, true] as unknown as SynapseConfiguration['weight'];
    const neuron = { ...idleNeuron(), synapses: [synapse({ weight })] };
    const configuration = withNeuron({ chip: 0, core: 0, neuron: 0 }, neuron);
    expect(reasonsOf(() => chipMemories(configuration))).toHaveLength(1);
  });
});
