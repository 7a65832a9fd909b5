import type { Observable } from 'rxjs';
import { deploy } from 'spikeline';
import { trained as net } from '#examples/pole/trained';
import { inSimulator, onChip, outcome, push, type Step } from '#examples/pole/trial';
import { type BenchRow, row } from './rows.ts';

/** Fraction of runs in which the pole stood to the end. */
async function standing(runs: number, run: (seed: number) => Observable<Step>) {
  let stood = 0;
  let [farthest, leant] = [0, 0];
  for (let seed = 1; seed <= runs; seed++) {
    const found = await outcome(run(seed));
    stood += Number(found.stood);
    farthest = Math.max(farthest, found.farthest);
    leant = Math.max(leant, found.leant);
  }
  return { share: stood / runs, farthest, leant, runs };
}

/** How often a trained network keeps a pole upright for 30 s from random starts: in the simulator, on virtual chips, under a push. */
export async function pole(runs: number, note: (text: string) => void): Promise<BenchRow[]> {
  const deployment = deploy(net);
  note(`${runs} runs in the simulator`);
  const simulated = await standing(runs, (seed) => inSimulator(net, { seed }));
  note(`${runs} virtual chips`);
  const chips = await standing(runs, (seed) => onChip(net, deployment, seed, { seed }));
  note(`${runs} runs with a push`);
  const pushed = await standing(runs, (seed) => inSimulator(net, { seed, push }));
  const pushedChips = await standing(Math.ceil(runs / 5), (seed) =>
    onChip(net, deployment, seed, { seed, push }),
  );
  return [
    row('loop.pole.simulator', simulated.share, 'fraction', '>= 0.95', simulated),
    row('loop.pole.chips', chips.share, 'fraction', '>= 0.9', chips),
    row('loop.pole.push', pushed.share, 'fraction', '>= 0.95', {
      ...pushed,
      push,
      chips: pushedChips,
    }),
  ];
}
