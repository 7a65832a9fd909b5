import type { Observable } from 'rxjs';
import { deploy } from 'spikeline';
import { trained as net } from '#examples/follow/trained';
import { inSimulator, near, onChip, outcome, type Step } from '#examples/follow/trial';
import { type BenchRow, row } from './rows.ts';

/** Share of the time that a target was near the middle, over so many runs. */
async function followed(runs: number, run: (seed: number) => Observable<Step>) {
  const each: number[] = [];
  let [farthest, events] = [0, 0];
  for (let seed = 1; seed <= runs; seed++) {
    const found = await outcome(run(seed));
    each.push(found.followed);
    farthest = Math.max(farthest, found.farthest);
    events += found.events / runs;
  }
  const mean = each.reduce((sum, share) => sum + share, 0) / runs;
  return { mean, least: Math.min(...each), farthest, events, runs, near };
}

/** How well a trained network keeps a moving target in the middle of an event camera, for 10 s: in the simulator, on virtual chips, and if the camera does not turn. */
export async function follow(runs: number, note: (text: string) => void): Promise<BenchRow[]> {
  const deployment = deploy(net);
  note(`${runs} runs in the simulator`);
  const simulated = await followed(runs, (seed) => inSimulator(net, { seed }));
  note(`${runs} virtual chips`);
  const chips = await followed(runs, (seed) => onChip(net, deployment, seed, { seed }));
  note(`${runs} runs of a camera that does not turn`);
  const still = await followed(runs, (seed) => inSimulator(net, { seed, turns: false }));
  return [
    row('loop.follow.simulator', simulated.mean, 'fraction', '>= 0.8', simulated),
    row('loop.follow.chips', chips.mean, 'fraction', '>= 0.8', chips),
    row('loop.follow.still', still.mean, 'fraction', null, still),
  ];
}
