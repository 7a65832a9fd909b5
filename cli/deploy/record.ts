import type { DeployedNeuron, Deployment } from 'spikeline';
import { type CoreError, coreErrors, type Destination, diagnose, eventOf } from 'spikeline/chip';

/** Marks a deployment and the version of its form. */
const format = 'spikeline/deployment';
const version = 1;

/** A neuron's place, the word that its spikes reach the host with, and the tag in it. */
export type NeuronRecord = DeployedNeuron & { readonly hostTag: number };

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

function neuronRecord(neuron: DeployedNeuron): NeuronRecord {
  return { ...neuron, hostTag: eventOf(neuron.word).tag };
}

/** Puts together what is worth keeping of a deployment; simulates it, to say what falls silent. */
export function deploymentRecord(deployment: Deployment): DeploymentRecord {
  const { inputWords, outputChannels, population } = deployment;
  const populations = Object.entries(population.populations)
    .sort(([, a], [, b]) => a.first - b.first)
    .map(([name, { size }]) => {
      const neurons = Array.from({ length: size }, (_, i) => deployment.where(name, i));
      return [name, neurons.map(neuronRecord)] as const;
    });
  return {
    format,
    version,
    inputChannels: inputWords.map((words) => Array.from(words, eventOf)),
    outputChannels: outputChannels.map(neuronRecord),
    populations: Object.fromEntries(populations),
    cores: coreErrors(deployment),
    remarks: diagnose(deployment).remarks,
  };
}
