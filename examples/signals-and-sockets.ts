// Any signal by name, neurons at rest before each trial, and a board on another machine. The board is served over TCP
// here in the same process; `spikeline board --listen 127.0.0.1:7800` does so anywhere, and `boardAt` opens it.
//
// npx tsx --conditions @spikeline/source examples/signals-and-sockets.ts

import { lastValueFrom, toArray } from 'rxjs';
import {
  chip,
  dynapSim,
  frozenNoise,
  linear,
  pipeline,
  runOn,
  simulator,
  usingLink,
  virtualBoard,
} from 'spikeline';
import { boardAt, serveBoard } from 'spikeline/devices';

const weight = Array.from({ length: 8 }, () => [6, 5, 4]);
const net = pipeline(
  linear({ weight }),
  dynapSim({ neurons: 3, name: 'hidden' }),
  linear({ weight: [[8], [8], [8]] }),
  dynapSim({ neurons: 1, name: 'output' }),
);
// Two trials, each a chunk of 100 ms.
const noise$ = frozenNoise({ channels: 8, rate: 80, duration: 0.2, seed: 1, chunkSteps: 100 });

const say = (what: string, value: unknown): void => {
  process.stdout.write(`${what.padEnd(44)}${String(value)}\n`);
};
const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);

// `record` gives one object for each chunk; `resetOn: 'chunk'` lets each trial begin at rest.
const trials = await lastValueFrom(
  noise$.pipe(
    runOn(simulator(), net, { record: ['hidden', 'output', 'output:imem'], resetOn: 'chunk' }),
    toArray(),
  ),
);
for (const [i, { hidden, output, 'output:imem': imem }] of trials.entries()) {
  say(`trial ${i}: spikes of hidden and output`, `${sum(hidden.counts)}, ${sum(output.counts)}`);
  say(`trial ${i}: largest membrane current, nA`, (Math.max(...imem.values) * 1e9).toFixed(2));
}

// The same on a board behind a socket: spikes of any population; a chip shows no states, and says so beforehand.
const server = await serveBoard(virtualBoard({ seed: 7 }), { listen: '127.0.0.1:0' });
const link = await boardAt(server.address).open();
const [problem] = chip(link).unsupported(net, { record: ['output:imem'] });
say('what the chip says of output:imem', problem?.code);
await link.close();
const onBoard = await lastValueFrom(
  usingLink(boardAt(server.address).open, (remote) =>
    noise$.pipe(runOn(chip(remote), net, { record: ['hidden', 'output'], resetOn: 'chunk' })),
  ),
);
say(
  'on the board: spikes of hidden and output',
  `${sum(onBoard.hidden.counts)}, ${sum(onBoard.output.counts)}`,
);
await server.close();
