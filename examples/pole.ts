// A spiking network balances a pole on a cart, in the simulator and on virtual chips that it has not been trained on. It has learnt
// to push as a linear controller does (pole/train.ts). Ten seconds after the start the cart gets a push from outside.
//
// npx tsx --conditions @spikeline/source examples/pole.ts [--picture FILE.svg]

import { lastValueFrom, type Observable, toArray } from 'rxjs';
import { deploy } from 'spikeline';
import { writeFiles } from 'spikeline/files';
import { picture } from './drawing/picture.ts';
import { cart } from './pole/cart.ts';
import { loopStep } from './pole/coding.ts';
import { trained as net } from './pole/trained.ts';
import { inSimulator, onChip, outcome, push, type Step } from './pole/trial.ts';
import { readArguments } from './start/arguments.ts';

const path = readArguments('pole.ts', 'picture');
const trial = { seed: 7, duration: 15, push };
const deployment = deploy(net);
const runs: readonly (readonly [name: string, steps: Observable<Step>])[] = [
  ['simulator', inSimulator(net, trial)],
  ...[1, 2].map((seed) => [`chip ${seed}`, onChip(net, deployment, seed, trial)] as const),
];

for (const [name, steps] of runs) {
  const { stood, time, farthest, leant } = await outcome(steps);
  const fate = stood ? 'stands after' : 'fell after';
  const far = `at most ${farthest.toFixed(2)} m off, ${leant.toFixed(1)}° aslant`;
  process.stdout.write(`${name.padEnd(10)} ${fate} ${time.toFixed(1)} s, ${far}\n`);
}

if (path !== undefined) {
  const every = Math.round(0.05 / loopStep);
  const seen = await Promise.all(runs.map(([, steps]) => lastValueFrom(steps.pipe(toArray()))));
  const lines = (read: (step: Step) => number) =>
    seen.map((steps) => steps.filter((_, k) => k % every === 0).map(read));
  const panels = [
    {
      title: 'angle of the pole, degrees',
      range: [-12, 12],
      lines: lines(({ observation }) => (observation[2]! * 180) / Math.PI),
    },
    {
      title: 'place of the cart, m',
      range: [-cart.track, cart.track],
      lines: lines(({ observation }) => observation[0]!),
    },
    {
      title: 'force of the network, N',
      range: [-cart.force, cart.force],
      lines: lines(({ action }) => action[0]!),
    },
  ] as const;
  writeFiles(new Map([[path, picture(panels, trial.duration, [push.at])]]));
  process.stdout.write(`drew ${path}\n`);
}
