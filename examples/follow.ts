// An event camera follows a bright disc that wanders over a wall: what the network answers to its events turns it, in the simulator and
// on a virtual chip that it has not been trained on. Beside them a camera that does not turn.
//
// npx tsx --conditions @spikeline/source examples/follow.ts [--picture FILE.svg]

import { lastValueFrom, type Observable, toArray } from 'rxjs';
import { deploy } from 'spikeline';
import { writeFiles } from 'spikeline/files';
import { picture } from './drawing/picture.ts';
import { dt } from './follow/coding.ts';
import { trained as net } from './follow/trained.ts';
import { inSimulator, near, onChip, outcome, type Step } from './follow/trial.ts';
import { readArguments } from './start/arguments.ts';

const path = readArguments('follow.ts', 'picture');
const trial = { seed: 2, duration: 5 };
const deployment = deploy(net);
const runs: Readonly<Record<string, Observable<Step>>> = {
  simulator: inSimulator(net, trial),
  chip: onChip(net, deployment, 1, trial),
  still: inSimulator(net, { ...trial, turns: false }),
};

for (const [name, steps] of Object.entries(runs)) {
  const { followed, farthest, events } = await outcome(steps);
  const share = `less than ${near} pixels off for ${(100 * followed).toFixed(0)} % of the time`;
  const rest = `at most ${farthest.toFixed(0)}, ${(events / trial.duration).toFixed(0)} events/s`;
  process.stdout.write(`${name.padEnd(10)} ${share}, ${rest}\n`);
}

if (path !== undefined) {
  const every = Math.round(0.02 / dt);
  const seen = await Promise.all(
    Object.values(runs).map((steps) => lastValueFrom(steps.pipe(toArray()))),
  );
  const lines = (of: readonly Step[][], read: (step: Step) => number) =>
    of.map((steps) => steps.filter((_, k) => k % every === 0).map(read));
  const [turning, still] = [seen.slice(0, 2), seen.slice(2)];
  const panels = [
    {
      title: 'how far the target is to the right, pixels',
      range: [-24, 24],
      lines: lines(turning, ({ observation }) => observation.offset[0]),
    },
    {
      title: 'how far it is down, pixels',
      range: [-18, 18],
      lines: lines(turning, ({ observation }) => observation.offset[1]),
    },
    {
      title: 'how far it is to the right of a camera that does not turn, pixels',
      range: [-100, 100],
      lines: lines(still, ({ observation }) => observation.offset[0]),
    },
  ] as const;
  writeFiles(new Map([[path, picture(panels, trial.duration)]]));
  process.stdout.write(`drew ${path}\n`);
}
