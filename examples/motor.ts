// A spiking PI controller brings a DC motor to the speed that is wanted, and holds it there when a load comes, in the simulator and on a
// virtual chip; after Zhao, Donati & Indiveri 2020, who did so on a DYNAP-SE.
//
// npx tsx --conditions @spikeline/source examples/motor.ts [--picture FILE.svg]

import { lastValueFrom, type Observable, toArray } from 'rxjs';
import { deploy } from 'spikeline';
import { writeFiles } from 'spikeline/files';
import { picture } from './drawing/picture.ts';
import { cores, dt, network } from './motor/network.ts';
import { begin, inSimulator, onChip, response, type Step, type Trial } from './motor/trial.ts';
import { readArguments } from './start/arguments.ts';

const path = readArguments('motor.ts', 'picture');
const net = network();
const deployment = deploy(net, { cores });
const targets: Readonly<Record<string, (trial: Trial) => Observable<Step>>> = {
  simulator: (trial) => inSimulator(net, trial),
  chip: (trial) => onChip(net, deployment, 1, trial),
};

for (const setPoint of [60, -130]) {
  process.stdout.write(`to ${setPoint.toFixed(0)} rad/s\n`);
  for (const [name, run] of Object.entries(targets)) {
    const { settling, error, overshoot } = await response(run({ setPoint }));
    const settled = `settled after ${(1000 * settling).toFixed(0)} ms`;
    const off = `${(100 * error).toFixed(1)} % off then`;
    const beyond = `${(100 * overshoot).toFixed(0)} % beyond at most`;
    process.stdout.write(`  ${name.padEnd(10)} ${settled}, ${off}, ${beyond}\n`);
  }
}

if (path !== undefined) {
  const trial = { setPoint: 120, duration: 0.6, load: { at: begin + 0.3, value: 5e-3 } };
  const seen = await Promise.all(
    Object.values(targets).map((run) => lastValueFrom(run(trial).pipe(toArray()))),
  );
  const from = Math.round((begin - 0.1) / dt);
  const lines = (read: (step: Step) => number) => seen.map((steps) => steps.slice(from).map(read));
  const panels = [
    { title: 'speed, rad/s', range: [0, 160], lines: lines(({ observation }) => observation[1]!) },
    { title: 'voltage, V', range: [-5, 15], lines: lines(({ action }) => action[0]!) },
  ] as const;
  writeFiles(new Map([[path, picture(panels, 0.7, [0.1, 0.4])]]));
  process.stdout.write(`drew ${path}\n`);
}
