import type { Deployment, HardwareNeuron, Pipeline } from 'spikeline';
import { type Destination, eventOf, mergeStages } from 'spikeline/chip';
import { type CoreError, coreErrors } from './core-errors.ts';

/** Marks a deployment and the version of its form. */
const format = 'spikeline/deployment';
const version = 1;

/** A neuron's place, the word that its spikes reach the host with, and the tag in it. */
export type NeuronRecord = HardwareNeuron & { readonly hostTag: number };

/** What `spikeline deploy` found; the content of `deployment.json`. */
export interface DeploymentRecord {
  readonly format: typeof format;
  readonly version: typeof version;
  /** Where the host sends an event of each input channel; none for a channel that reaches nothing. */
  readonly inputChannels: readonly (readonly Destination[])[];
  /** Hardware neuron of each output channel. */
  readonly outputChannels: readonly NeuronRecord[];
  /** Hardware neurons of each population by its name. */
  readonly populations: Readonly<Record<string, readonly NeuronRecord[]>>;
  /** What became of the weights, core by core. */
  readonly cores: readonly CoreError[];
  /** What was given up without refusing. */
  readonly remarks: readonly string[];
}

function neuronRecord(neuron: HardwareNeuron): NeuronRecord {
  return { ...neuron, hostTag: eventOf(neuron.word).tag };
}

/** Puts together what is worth keeping of a deployment. */
export function deploymentRecord(net: Pipeline, deployment: Deployment): DeploymentRecord {
  const { inputChannels, outputChannels, remarks } = deployment;
  const network = mergeStages(net);
  const populations = Object.entries(network.populations)
    .sort(([, a], [, b]) => a.first - b.first)
    .map(([name, { size }]) => {
      const neurons = Array.from({ length: size }, (_, i) => deployment.where(name, i));
      return [name, neurons.map(neuronRecord)] as const;
    });
  const places = populations.flatMap(([, neurons]) => neurons);
  return {
    format,
    version,
    inputChannels,
    outputChannels: outputChannels.map(neuronRecord),
    populations: Object.fromEntries(populations),
    cores: coreErrors(network, deployment, places),
    remarks,
  };
}
