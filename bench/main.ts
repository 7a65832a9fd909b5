// Measures how fast Spikeline is. `npm run bench -- help` tells what there is.
import { deployment } from './deploy.ts';
import { forward } from './forward.ts';
import { table } from './measure.ts';
import { million } from './million.ts';
import { reference } from './reference.ts';
import { streaming } from './streaming.ts';
import { tfjs } from './tfjs.ts';
import { training } from './training.ts';

type Rows = readonly object[];

interface Bench {
  readonly about: string;
  run(note: (text: string) => void, quick: boolean): Promise<Rows>;
}

const benches: Readonly<Record<string, Bench>> = {
  training: { about: 'epochs/s of training, ours and JAX in turn', run: (note) => training(note) },
  forward: {
    about: 'million neuron-steps/s of simulation, ours and JAX in turn',
    run: (note) => forward(note),
  },
  streaming: {
    about: '1024 neurons at 1 kHz through the RxJS operator for a minute: ms per step, pauses',
    run: (_, quick) => streaming(quick ? 5 : 60),
  },
  million: {
    about: 'a million epochs of frozen noise, seconds',
    run: (_, quick) => million(quick ? 50_000 : 1_000_000),
  },
  tfjs: {
    about: 'steps/s of training (2, 60, 2) with tf.train.adam, ours and JAX in turn',
    run: (note) => tfjs(note),
  },
  deploy: {
    about:
      'mapping, quantising and allocating up to 4096 neurons; 1000 neurons on two virtual chips',
    run: (note) => deployment(note),
  },
  reference: { about: 'the float64 reference, quantisation, streams', run: () => reference() },
};

const words = process.argv.slice(2);
const options = words.filter((word) => word.startsWith('--'));
const names = words.filter((word) => !word.startsWith('--'));
const unknown = [
  ...names.filter((name) => !(name in benches)),
  ...options.filter((option) => !['--json', '--quick'].includes(option)),
];
if (unknown.length > 0) {
  const list = Object.entries(benches).map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`);
  process.stdout.write(
    `npm run bench -- [NAME…] [--quick] [--json]\n\n${list.join('\n')}\n\nWithout a name: all of them.\n`,
  );
  process.exitCode = unknown.every((word) => word === 'help' || word === '--help') ? 0 : 2;
} else {
  const json = options.includes('--json');
  const found: Record<string, Rows> = {};
  for (const name of names.length > 0 ? names : Object.keys(benches)) {
    const { about, run } = benches[name]!;
    const rows = await run(
      (text) => process.stderr.write(`${text}\n`),
      options.includes('--quick'),
    );
    found[name] = rows;
    if (!json) process.stdout.write(`${name}: ${about}\n\n${table(rows)}\n\n`);
  }
  // One bench gives its rows, several give theirs by name.
  const only = names.length === 1 ? found[names[0]!] : found;
  if (json) process.stdout.write(`${JSON.stringify(only, undefined, 1)}\n`);
}
