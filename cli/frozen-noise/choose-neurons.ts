import { lastValueFrom, tap, toArray } from 'rxjs';
import {
  channelCounts,
  chip,
  type Deployment,
  deploy,
  dynapSim,
  type Link,
  linear,
  type Pipeline,
  pipeline,
  type SpikeRaster,
  simulator,
} from 'spikeline';
import { encodeWeights } from 'spikeline/chip';
import { matrixRows, stageWeights } from 'spikeline/stages';
import { stream } from './run-target.ts';

/** Neurons of a core that are measured. */
const neurons = 256;

/** Every neuron of the core listening with the input weights of neuron `role`, without recurrence. */
function probe(quantised: Pipeline, role: number): Pipeline {
  const rows = matrixRows(stageWeights(quantised.stages[0]!)!);
  return pipeline(
    linear({ weight: rows.map((row) => new Array<number>(neurons).fill(row[role]!)) }),
    dynapSim({ neurons, dt: quantised.dt }),
  );
}

/** Spikes of each channel over all rasters. */
function totals(outputs: readonly SpikeRaster[]): number[] {
  return outputs
    .map(channelCounts)
    .reduce((sums, counts) => sums.map((sum, i) => sum + counts[i]!));
}

/**
 * Chooses the hardware neurons of a chip that behave most like the model: all 256 neurons of the core
 * are given the input weights of one neuron of the network and random noise, and the one whose spike
 * count comes nearest to the simulated count takes its place. Transistors differ; a laboratory measures
 * before it chooses. `onMeasured` is told how many rasters have been measured, of each neuron of the network in turn.
 */
export async function chooseNeurons(
  link: Link,
  deployment: Deployment,
  noise: readonly SpikeRaster[],
  onMeasured: (done: number) => void,
): Promise<number[]> {
  const { quantised, cores } = deployment;
  let done = 0;
  const count = tap<SpikeRaster>(() => onMeasured(++done));
  const chosen: number[] = [];
  for (let role = 0; role < quantised.channelsOut; role++) {
    const net = probe(quantised, role);
    const target = chip(link, {
      quantiser: (values) => encodeWeights(values, cores[0]!.weights.base),
    });
    const measured = totals(await lastValueFrom(stream(target, net, noise).pipe(count, toArray())));
    const model = totals(await lastValueFrom(stream(simulator(), net, noise).pipe(toArray())));
    const distance = (n: number): number => Math.abs(measured[n]! - model[0]!);
    const free = measured.map((_, n) => n).filter((n) => !chosen.includes(n));
    chosen.push(free.reduce((best, n) => (distance(n) < distance(best) ? n : best)));
  }
  return chosen;
}

/** The same network deployed on some hardware neurons of the first core. */
export function deployOn(
  net: Pipeline,
  { cores }: Deployment,
  neurons: readonly number[],
): Deployment {
  return deploy(net, {
    hardware: neurons.map((neuron) => ({ chip: 0, core: 0, neuron })),
    quantiser: (values) => encodeWeights(values, cores[0]!.weights.base),
  });
}
