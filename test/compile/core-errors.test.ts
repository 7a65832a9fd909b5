import { deploy, dynapSe2, linear, pipeline } from 'spikeline';
import {
  type ChipConfiguration,
  coreErrors,
  encodeWeights,
  eventOf,
  type NeuronConfiguration,
} from 'spikeline/chip';
import { describe, expect, it } from 'vitest';
import { eventWord } from '#src/chips/dynapse2/event';
import { net } from '#test/cli/deploy/net';

const deployment = deploy(net);

/** The configuration with one neuron changed. */
function changed(
  chip: number,
  core: number,
  neuron: number,
  change: (neuron: NeuronConfiguration) => NeuronConfiguration,
): ChipConfiguration {
  const { chips } = deployment.configuration;
  const own = chips[chip]!.cores[core]!;
  const neurons = own.neurons.with(neuron, change(own.neurons[neuron]!));
  const cores = chips[chip]!.cores.with(core, { ...own, neurons });
  return { chips: chips.with(chip, { ...chips[chip]!, cores }) };
}

describe('coreErrors', () => {
  const places = [
    deployment.where('hidden', 0),
    deployment.where('hidden', 1),
    deployment.where('output', 0),
  ];

  it('finds what the memories hold, not what was meant', () => {
    const [before] = coreErrors(deployment);
    const { chip, core, neuron } = places[2]!;
    // The output hears hidden 0 (weight 2) and hidden 1 (weight 4); it loses one of them.
    const configuration = changed(chip, core, neuron, ({ synapses, ...rest }) => ({
      ...rest,
      synapses: synapses.slice(1),
    }));
    const [after] = coreErrors({ ...deployment, configuration });
    expect(after!.lost).toBe(before!.lost + 1);
    const more = (after!.mse - before!.mse) * 10;
    expect(Math.min(Math.abs(more - 4), Math.abs(more - 16))).toBeLessThan(1);
  });

  it('counts a route that leads astray as lost', () => {
    const inputWords = deployment.inputWords.map((words, i) =>
      i === 0 ? words.map((word) => eventWord({ ...eventOf(word), tag: 2000 })) : words,
    );
    const [error] = coreErrors({ ...deployment, inputWords });
    expect(error).toMatchObject({ weights: 10, lost: 2 });
  });

  it('compares neurons with four dendrites dendrite by dendrite', () => {
    const weight = [[1, 2, 0, 4, 0, 0, 8, 15]];
    const full = pipeline(linear({ weight }), dynapSe2({ neurons: 2, name: 'out' }));
    const quantiser = (values: ArrayLike<number>) => encodeWeights(values, [1, 2, 4, 8]);
    const deployed = deploy(full, { quantiser });
    const [error] = coreErrors(deployed);
    expect(error).toMatchObject({ weights: 5, lost: 0 });
    expect(error!.relative).toBeLessThan(0.01);
  });
});
