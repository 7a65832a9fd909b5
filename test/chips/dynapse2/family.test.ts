import { deploy, dynapSim, linear, pipeline } from 'spikeline';
import { dynapse2, eventOf } from 'spikeline/chip';
import { describe, expect, it } from 'vitest';
import { coreMask, eventWord } from '#src/chips/dynapse2/event';

const net = pipeline(
  linear({ weight: [[1, 2]] }),
  dynapSim({
    neurons: 2,
    name: 'hidden',
    Idc: 0,
    recurrent: [
      [0, 3],
      [0, 0],
    ],
  }),
  linear({ weight: [[1], [1]] }),
  dynapSim({ neurons: 1, name: 'output' }),
);
const { configuration, inputWords, outputWords, wordsOf, where } = deploy(net);
const memories = dynapse2.memories(configuration);

describe('dynapse2 as a family', () => {
  it('makes circuits of memory words: who listens, what is off, where spikes go', () => {
    const { neurons, cores, listeners, keysOf } = dynapse2.circuits(memories, 'dynapSim');
    expect(neurons).toHaveLength(3);
    expect(neurons[0]!.off).toContain('Idc');
    expect(neurons[2]!.off).not.toContain('Idc');
    expect(cores[0]!.parameters.Io).toHaveLength(dynapse2.limits.neurons);
    expect(neurons.map(({ toHost }) => toHost[0])).toEqual([...wordsOf('hidden'), ...outputWords]);
    const [key] = keysOf(inputWords[0]![0]!);
    const heard = listeners.targets.subarray(listeners.starts[key!]!, listeners.starts[key! + 1]!);
    expect([...heard].sort()).toEqual([0, 1]);
    const [next] = neurons[0]!.toCores;
    expect(listeners.starts[next! + 1]! - listeners.starts[next!]!).toBe(2);
  });

  it('gives four channels to each neuron with four dendrites', () => {
    expect(dynapse2.circuits(memories, 'dynapSe2').listeners.channels).toBe(12);
  });

  it('names the words of routes and of monitored neurons', () => {
    const word = dynapse2.inputWord({ chip: 2, cores: 0b101, tag: 7 });
    const { core, ...rest } = eventOf(word);
    expect(rest).toEqual({ xHop: 2, yHop: 0, tag: 7 });
    expect(coreMask(core)).toBe(0b101);
    expect(eventWord(eventOf(word))).toBe(word);
    expect(dynapse2.outputWord(where('output', 0))).toBe(outputWords[0]);
  });

  it('writes changes of biases and synapses into the words', () => {
    const changed = dynapse2.memories(configuration);
    const synapse = { ...configuration.chips[0]!.cores[0]!.neurons[0]!.synapses[0]!, tag: 99 };
    const at = { chip: 0, core: 0 };
    const setting = { coarse: 3, fine: 200 };
    const delta = {
      biases: [{ ...at, name: 'SOIF_LEAK_N', setting }],
      synapses: [{ ...at, neuron: 0, entry: 0, synapse }],
    };
    expect(dynapse2.deltaProblems(delta, 1)).toEqual([]);
    dynapse2.change(changed, delta);
    const before = dynapse2.circuits(memories, 'dynapSim').cores[0]!.parameters;
    const after = dynapse2.circuits(changed, 'dynapSim').cores[0]!.parameters;
    expect(after.Itau_mem[0]).toBeGreaterThan(before.Itau_mem[0]!);
    expect(after.Ispkthr).toEqual(before.Ispkthr);
    const other = dynapse2.memories({
      chips: configuration.chips.map(({ cores }) => ({
        cores: cores.map((core, k) => ({
          ...core,
          parameters:
            k === 0
              ? { ...core.parameters, SOIF_LEAK_N: { ...setting, type: 'N' as const } }
              : core.parameters,
          neurons: core.neurons.map((neuron, n) =>
            k === 0 && n === 0 ? { ...neuron, synapses: neuron.synapses.with(0, synapse) } : neuron,
          ),
        })),
      })),
    });
    expect(changed).toEqual(other);
  });

  it.each([
    [null, ['options']],
    [
      { biases: [{ chip: 1, core: 0, name: 'X', setting: { coarse: 9 } }] },
      ['biases[0].chip', 'biases[0].name', 'biases[0].setting.coarse', 'biases[0].setting.fine'],
    ],
    [{ synapse: [] }, ['synapse']],
  ])('refuses the change %o', (delta, paths) => {
    expect(dynapse2.deltaProblems(delta, 1).map(({ path }) => path)).toEqual(paths);
  });

  it.each([null, 3, {}, { chips: 1 }, { chips: [null] }, { chips: [{ cores: [1, 2, 3, 4] }] }])(
    'finds the configuration %o impossible',
    (given) => {
      expect(dynapse2.problems(given).length).toBeGreaterThan(0);
    },
  );
});
