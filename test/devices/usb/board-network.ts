import { deploy, dynapSim, linear, pipeline } from 'spikeline';
import { type Dynapse1Configuration, dynapse1 } from 'spikeline/chip';

const net = pipeline(linear({ weight: [[15]] }), dynapSim({ neurons: 1 }));
const deployment = deploy(net, { family: dynapse1 });

/** One neuron of a DYNAP-SE1 that spikes under a burst, and is heard by the host. */
export const configuration: Dynapse1Configuration = deployment.configuration;

/** The event word that it listens to. */
export const word: number = deployment.inputWords[0]![0]!;
