// A loop through the host, one time bin at a time. Eight channels of noise drive neuron 0 of a virtual
// chip. What the chip answers in one bin enters again in the next: spikes of neuron 0 excite neuron 1,
// spikes of neuron 1 inhibit neuron 0. Each chunk holds a single step, because the next one cannot be
// written before the last has been answered. With the loop open, neuron 1 stays silent.
//
// npx tsx --conditions @spikeline/source examples/closed-loop.ts

import { BehaviorSubject, lastValueFrom, reduce, tap } from 'rxjs';
import {
  chip,
  dynapSim,
  linear,
  pipeline,
  poissonRaster,
  runOn,
  type SpikeRaster,
  usingLink,
  virtualBoard,
} from 'spikeline';
import { binStart } from 'spikeline/events';

const [steps, dt, noisy, neurons] = [200, 1e-3, 8, 2];
const weight = [...Array.from({ length: noisy }, () => [5, 0]), [0, 30], [-20, 0]];
const net = pipeline(linear({ weight }), dynapSim({ neurons, dt, name: 'output' }));
const noise = poissonRaster({ channels: noisy, rate: 100, duration: steps * dt, seed: 4 });
const board = virtualBoard({ seed: 2 });

/** The input of one bin: its noise, then what the neurons fired in the bin before. */
function inputAt(step: number, feedback: readonly number[]): SpikeRaster {
  const row = noise.counts.subarray(step * noisy, (step + 1) * noisy);
  const counts = Uint32Array.of(...row, ...feedback);
  return { steps: 1, channels: noisy + neurons, dt, startTime: binStart(step, dt), counts };
}

/** Spikes of each neuron in all steps. */
function spikes(loop: 'open' | 'closed'): Promise<number[]> {
  let step = 0;
  const input$ = new BehaviorSubject(inputAt(step, [0, 0]));
  const feedBack = ({ counts }: SpikeRaster): void => {
    if (++step === steps) input$.complete();
    else input$.next(inputAt(step, loop === 'closed' ? [...counts] : [0, 0]));
  };
  const output$ = usingLink(board.open, (link) => input$.pipe(runOn(chip(link), net)));
  const sum = (totals: number[], { counts }: SpikeRaster): number[] =>
    totals.map((total, n) => total + counts[n]!);
  return lastValueFrom(output$.pipe(tap(feedBack), reduce(sum, [0, 0])));
}

for (const loop of ['open', 'closed'] as const) {
  const counts = await spikes(loop);
  const rates = counts.map((count, n) => `neuron ${n} ${(count / (steps * dt)).toFixed(0)} Hz`);
  process.stdout.write(`${steps} steps, loop ${loop.padEnd(7)} ${rates.join(', ')}\n`);
}
