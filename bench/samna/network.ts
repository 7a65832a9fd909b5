// A network that fills the memories of a board.
import { deploy, dynapSim, linear, pipeline } from 'spikeline';
import type { ChipConfiguration } from 'spikeline/chip';

/** So many chips whose neurons all have so many synapses, with the biases of a network. */
export function network(chips: number, synapses: number): ChipConfiguration {
  const net = pipeline(linear({ weight: [[1]] }), dynapSim({ neurons: 1 }));
  const [core] = deploy(net).configuration.chips[0]!.cores;
  const [neuron] = core!.neurons;
  const [synapse] = neuron!.synapses;
  const own = Array.from({ length: synapses }, (_, tag) => ({ ...synapse!, tag }));
  const full = { ...core!, neurons: core!.neurons.map(() => ({ ...neuron!, synapses: own })) };
  return { chips: Array.from({ length: chips }, () => ({ cores: [full, full, full, full] })) };
}
