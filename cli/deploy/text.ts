import { printable } from 'spikeline/problems';
import { columns } from '../columns.ts';
import { counted, ranges } from '../inspect/quantities.ts';
import type { DeploymentRecord, NeuronRecord } from './record.ts';

/** The hardware neurons of a population, core by core. */
function placesOf(neurons: readonly NeuronRecord[]): string {
  const cores = new Map<string, number[]>();
  for (const { chip, core, neuron } of neurons) {
    const name = `chip ${chip} core ${core}`;
    cores.set(name, [...(cores.get(name) ?? []), neuron]);
  }
  return [...cores]
    .map(([name, own]) => `${name}: ${ranges(own.toSorted((a, b) => a - b))}`)
    .join('; ');
}

function percent(fraction: number | null): string {
  return fraction === null ? '–' : `${(100 * fraction).toFixed(1)} %`;
}

/** Writes a deployment for people. */
export function deploymentText(record: DeploymentRecord): string {
  const { inputChannels, populations, cores, remarks } = record;
  const deaf = inputChannels.filter((destinations) => destinations.length === 0).length;
  const dead = deaf === 0 ? '' : `, ${deaf} of them without effect`;
  const where = Object.entries(populations).map(([name, neurons]) => [
    name,
    `${neurons.length}`,
    placesOf(neurons),
  ]);
  const errors = cores.map(({ chip, core, neurons, weights, lost, mse, relative }) => [
    `chip ${chip}, core ${core}`,
    `${neurons}`,
    `${weights}`,
    `${lost}`,
    mse.toPrecision(3),
    percent(relative),
  ]);
  return [
    `${counted(inputChannels.length, 'input channel')}${dead}`,
    '',
    columns([['population', 'neurons', 'where'], ...where]),
    '',
    columns([
      ['weights onto', 'neurons', 'weights', 'lost', 'mean squared error', 'of their size'],
      ...errors,
    ]),
    ...(remarks.length === 0
      ? []
      : ['', ...remarks.map((remark) => `remark: ${printable(remark)}`)]),
  ].join('\n');
}
