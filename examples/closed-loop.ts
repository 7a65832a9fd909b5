// A loop through the host, one time bin at a time. Eight channels of noise drive neuron 0 of a virtual
// chip. What the chip answers in one bin enters again in the next: spikes of neuron 0 excite neuron 1,
// spikes of neuron 1 inhibit neuron 0. With the loop open, neuron 1 stays silent.
//
// npx tsx --conditions @spikeline/source examples/closed-loop.ts

import { lastValueFrom, reduce } from 'rxjs';
import {
  chip,
  closeLoop,
  dynapSim,
  linear,
  pipeline,
  poissonRaster,
  usingLink,
  virtualBoard,
} from 'spikeline';

const [steps, dt, noisy, neurons] = [200, 1e-3, 8, 2];
const weight = [...Array.from({ length: noisy }, () => [5, 0]), [0, 30], [-20, 0]];
const net = pipeline(linear({ weight }), dynapSim({ neurons, dt, name: 'output' }));
const noise = poissonRaster({ channels: noisy, rate: 100, duration: steps * dt, seed: 4 });
const board = virtualBoard({ seed: 2 });

/** Spikes of each neuron in all steps. */
function spikes(loop: 'open' | 'closed'): Promise<number[]> {
  const silence = new Uint32Array(neurons);
  /** What is done is what the neurons fired; what is seen next is that, or nothing. */
  const environment = {
    reset: () => silence,
    step: (fired: Uint32Array) => ({ observation: loop === 'closed' ? fired : silence }),
  };
  const step$ = usingLink(board.open, (link) =>
    closeLoop<Uint32Array, Uint32Array>({
      target: chip(link),
      net,
      environment,
      encode: (seen, { step }) =>
        Uint32Array.of(...noise.counts.subarray(step * noisy, (step + 1) * noisy), ...seen),
      decode: ({ counts }) => counts,
      steps,
    }),
  );
  const sum = (totals: number[], { action }: { readonly action: Uint32Array }): number[] =>
    totals.map((total, n) => total + action[n]!);
  return lastValueFrom(step$.pipe(reduce(sum, [0, 0])));
}

for (const loop of ['open', 'closed'] as const) {
  const counts = await spikes(loop);
  const rates = counts.map((count, n) => `neuron ${n} ${(count / (steps * dt)).toFixed(0)} Hz`);
  process.stdout.write(`${steps} steps, loop ${loop.padEnd(7)} ${rates.join(', ')}\n`);
}
