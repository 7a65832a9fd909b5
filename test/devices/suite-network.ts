import { deploy, dynapSim, linear, pipeline } from 'spikeline';
import type { ChipConfiguration } from 'spikeline/chip';
import type { LinkSuiteConfig } from 'spikeline/devices';
import { dendrites } from '#src/chips/dynapse2/configuration';

const net = pipeline(linear({ weight: [[15]] }), dynapSim({ neurons: 1, Ispkthr: 1e-8 }));
const deployment = deploy(net);

/** One neuron that spikes under a burst, and is heard by the host. */
export const configuration: ChipConfiguration = deployment.configuration;

/** The event word that it listens to. */
export const word: number = deployment.inputWords[0]![0]!;

/** A change of its only synapse. */
export const delta: NonNullable<LinkSuiteConfig['delta']> & object = {
  synapses: [
    {
      chip: 0,
      core: 0,
      neuron: 0,
      entry: 0,
      synapse: {
        tag: 0,
        dendrite: dendrites.ampa,
        weight: [true, false, false, false],
        stp: false,
        preciseDelay: false,
        mismatchedDelay: false,
      },
    },
  ],
};
