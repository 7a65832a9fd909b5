// One definition, two machines. The pipeline below is a plain value: eight input channels drive two
// neurons that inhibit each other. `runOn` turns the same value into an operator for the simulator,
// then for a virtual chip, which decodes only memory words and bias codes and whose transistors differ
// from each other. Both see the same noise and answer on the same time bins, so their rates compare.
//
// npx tsx --conditions @spikeline/source examples/one-definition.ts

import { lastValueFrom } from 'rxjs';
import {
  channelRates,
  chip,
  dynapSim,
  linear,
  pipeline,
  poisson,
  runOn,
  type SpikeRaster,
  simulator,
  type Target,
  usingLink,
  virtualBoard,
} from 'spikeline';

const channels = 8;
const net = pipeline(
  linear({ weight: Array.from({ length: channels }, (_, i) => (i % 2 ? [1, 6] : [4, 1])) }),
  dynapSim({
    neurons: 2,
    recurrent: [
      [0, -4],
      [-4, 0],
    ],
    name: 'output',
  }),
);
const noise$ = poisson({ channels, rate: 50, duration: 2, chunkSteps: 2000, seed: 1 });

function print(machine: string, output: SpikeRaster): void {
  const rates = channelRates(output).map((rate, i) => `neuron ${i} ${rate.toFixed(0)} Hz`);
  process.stdout.write(`${machine.padEnd(24)}${rates.join(', ')}\n`);
}

async function run(target: Target): Promise<SpikeRaster> {
  return lastValueFrom(noise$.pipe(runOn(target, net)));
}

print('simulator', await run(simulator()));
for (const seed of [1, 2, 3]) {
  const board = virtualBoard({ seed });
  const output$ = usingLink(
    () => board.open(),
    (link) => run(chip(link)),
  );
  print(`virtual chip, seed ${seed}`, await lastValueFrom(output$));
}
