// Measures how fast Spikeline is. `npm run bench -- help` tells what there is.
import { parseArgs } from 'node:util';
import { codecs } from './codecs.ts';
import { deployment } from './deploy/index.ts';
import { evaluation } from './evaluate.ts';
import { follow } from './follow.ts';
import { forward } from './forward.ts';
import { holdRate } from './hold-rate.ts';
import { latency } from './latency/index.ts';
import { lif } from './lif.ts';
import { loop } from './loop/index.ts';
import { lsl } from './lsl.ts';
import { repetitions } from './measure.ts';
import { million } from './million.ts';
import { motor } from './motor.ts';
import { nats } from './nats.ts';
import { old } from './old/beside.ts';
import { packaged } from './package.ts';
import { pole } from './pole.ts';
import { recordings } from './record.ts';
import { reference } from './reference.ts';
import { type BenchRow, missed, table } from './rows.ts';
import { bridge } from './samna/bridge.ts';
import { samna } from './samna/index.ts';
import { sensor } from './sensor.ts';
import { soak } from './soak.ts';
import { streaming } from './streaming.ts';
import { streams } from './streams.ts';
import { tfjs } from './tfjs.ts';
import { training } from './training.ts';
import { udp } from './udp.ts';
import { usb } from './usb.ts';
import { usbLoop } from './usb-loop.ts';

/** What a bench is told. */
interface BenchOptions {
  /** Tells a person what is going on. */
  readonly note: (text: string) => void;
  /** Whether a first impression will do. */
  readonly quick: boolean;
  /** How long a row is to take, of benches that run in real time. */
  readonly seconds: number | undefined;
  /** How many hours of virtual time the soak takes. */
  readonly hours: number | undefined;
  /** Formats of event files to measure; all if undefined. */
  readonly formats: readonly string[] | undefined;
  /** Folder with a checkout of the past. */
  readonly old: string | undefined;
}

interface Bench {
  readonly about: string;
  /** Whether it is run only if it is named. */
  readonly onDemand?: boolean;
  run(options: BenchOptions): Promise<readonly BenchRow[]>;
}

const benches: Readonly<Record<string, Bench>> = {
  training: {
    about:
      'training as a user calls it, times as fast as Rockpool, plain and with a chip drawn every epoch; two threads',
    run: ({ note, quick }) => training(quick ? 3 : repetitions, note),
  },
  lif: {
    about:
      'training steps of LIF networks, times as fast as snntorch, norse and spikingjelly, on one core each',
    run: ({ note, quick }) => lif(quick ? 3 : repetitions, note),
  },
  evaluate: {
    about:
      'test sets of 1000 rasters, packed beforehand and not, one long trial and one through runOn, times as fast as Rockpool in one jitted batch; two threads',
    run: ({ note, quick }) => evaluation(quick ? 3 : repetitions, note),
  },
  forward: {
    about: 'million neuron-steps/s of simulation, ours and JAX in turn',
    run: ({ note }) => forward(note),
  },
  streaming: {
    about: '1024 neurons at 1 kHz through the RxJS operator for a minute: ms per step, pauses',
    run: ({ quick }) => streaming(quick ? 5 : 60),
  },
  latency: {
    about:
      'ms from an event handed in to its answer handed out, on a virtual board in real time; bytes that each leaves',
    run: ({ quick, seconds, note }) => latency(seconds ?? (quick ? 6 : 60), note),
  },
  loop: {
    about:
      'closed loops of 1 ms and 0.2 ms that never sleep (spin 1), for a minute each: ms from the input of a step to its output, steps missed, pauses, bytes that a step leaves',
    run: ({ quick, seconds, note }) => loop(seconds ?? (quick ? 5 : 60), note),
  },
  pole: {
    about:
      'a pole on a cart balanced for 30 s by a trained network: 100 runs, 100 virtual chips, a push',
    run: ({ quick, note }) => pole(quick ? 10 : 100, note),
  },
  motor: {
    about:
      'a motor brought to 100 set points by a spiking PI controller: how soon, how exactly; on 20 virtual chips',
    run: ({ quick, note }) => motor(quick ? 10 : 100, note),
  },
  follow: {
    about:
      'a moving target followed by an event camera for 10 s: 20 runs, 20 virtual chips, 20 without turning',
    run: ({ quick, note }) => follow(quick ? 4 : 20, note),
  },
  hold: {
    about:
      'the rate of a network held at 40 Hz through disturbances: five seeds, five virtual chips, and the loop open',
    run: ({ note }) => holdRate(note),
  },
  usb: {
    about:
      'million events/s from a DYNAP-SE1 board and a DAVIS346 camera that are always ready; a closed loop of 1 ms over USB, beside the virtual board',
    run: async ({ quick, seconds, note }) => [
      ...(await usb(quick)),
      ...(await usbLoop(seconds ?? (quick ? 5 : 30), note)),
    ],
  },
  sensor: {
    about: 'event camera to decisions, on recordings that were not learnt from: accuracy, latency',
    run: ({ note }) => sensor(note),
  },
  million: {
    about: 'a million epochs of frozen noise, seconds',
    run: ({ quick }) => million(quick ? 50_000 : 1_000_000),
  },
  soak: {
    about:
      'four hours of 100 000 events/s in virtual time, over wraps of the clock: lost events, growth of memory',
    run: ({ quick, hours, note }) => soak(hours ?? (quick ? 0.05 : 4), note),
    onDemand: true,
  },
  tfjs: {
    about: 'steps/s of training (2, 60, 2) with tf.train.adam, ours and JAX in turn',
    run: ({ note }) => tfjs(note),
  },
  deploy: {
    about:
      'mapping, quantising and allocating up to 4096 neurons; 1000 neurons on two virtual chips',
    run: ({ note, old: folder }) => deployment(note, folder),
  },
  samna: {
    about:
      'a network over the 200 MB of a DYNAP-SE2 board of four chips, from file to file; the bridge to samna before its stand-in',
    run: async ({ quick }) => [...(await samna(quick ? 1 : 3)), ...(await bridge(quick ? 2 : 10))],
  },
  nats: {
    about:
      '10 M events once and in order over kill -9 of a NATS server; live; there and back on another machine',
    run: ({ quick, note }) => nats({ quick, note }),
  },
  lsl: {
    about: '8 channels at 1 kHz over Lab Streaming Layer, both ways with pylsl',
    run: ({ quick, note }) => lsl(quick ? 5 : 60, note),
  },
  old: {
    about: 'training, simulation and streaming beside f1bb240, in pairs: time now ÷ time then',
    run: ({ note, old: folder }) => old(note, folder),
  },
  codecs: {
    about: 'reading and writing event files, million events/s of processor time, peers in turn',
    run: ({ note, quick, formats }) => codecs(note, quick ? 1_000_000 : 10_000_000, formats),
  },
  record: {
    about: 'what a recording at 5 M events/s has after kill -9, and on a full disk',
    run: ({ quick, note }) => recordings(quick, note),
  },
  streams: {
    about: 'from a file through filters to a raster, 1 G events',
    run: ({ quick }) => streams(quick),
  },
  udp: {
    about: '2 M events/s over the loopback: what is lost, and counted when its receiver is held up',
    run: ({ quick }) => udp(quick),
  },
  package: {
    about: 'the library alone: megabytes installed, milliseconds to import, names',
    run: ({ note }) => packaged(note),
  },
  reference: { about: 'the float64 reference, quantisation, streams', run: () => reference() },
};

function usage(): string {
  const list = Object.entries(benches).map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`);
  return `npm run bench -- [NAME…] [--quick] [--json] [--seconds N] [--hours N] [--old FOLDER] [--formats dat,evt3]

${list.join('\n')}

Without a name: all but the soak. --json prints [{ name, value, unit, goal, met, … }]. The exit code is 1 if a goal
is missed. --seconds says how long a row of latency or loop takes, --hours how
much virtual time the soak. --old names a checkout of f1bb240 (or SPIKELINE_OLD does). SPIKELINE_PYTHON lists Pythons with peers, separated by commas.
`;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: {
    json: { type: 'boolean' },
    quick: { type: 'boolean' },
    help: { type: 'boolean' },
    old: { type: 'string' },
    formats: { type: 'string' },
    seconds: { type: 'string' },
    hours: { type: 'string' },
  },
});
const helping = values['help'] === true || positionals.includes('help');
const unknown = [
  ...positionals.filter((name) => !Object.hasOwn(benches, name) && name !== 'help'),
  ...Object.keys(values).filter(
    (name) => !['json', 'quick', 'help', 'old', 'seconds', 'hours', 'formats'].includes(name),
  ),
];
if (helping || unknown.length > 0) {
  if (unknown.length > 0) process.stderr.write(`there is no ${unknown.join(', ')}\n\n`);
  process.stdout.write(usage());
  process.exitCode = unknown.length > 0 ? 2 : 0;
} else {
  const found: BenchRow[] = [];
  const usual = Object.keys(benches).filter((name) => benches[name]!.onDemand !== true);
  for (const name of positionals.length > 0 ? positionals : usual) {
    const { about, run } = benches[name]!;
    const note = (text: string): void => {
      process.stderr.write(`${text}\n`);
    };
    const folder = values['old'] ?? process.env['SPIKELINE_OLD'];
    const rows = await run({
      note,
      quick: values['quick'] === true,
      seconds: Number(values['seconds']) > 0 ? Number(values['seconds']) : undefined,
      hours: Number(values['hours']) > 0 ? Number(values['hours']) : undefined,
      old: typeof folder === 'string' ? folder : undefined,
      formats: typeof values['formats'] === 'string' ? values['formats'].split(',') : undefined,
    });
    found.push(...rows);
    if (values['json'] !== true) process.stdout.write(`${name}: ${about}\n\n${table(rows)}\n\n`);
  }
  if (values['json'] === true) process.stdout.write(`${JSON.stringify(found, undefined, 1)}\n`);
  if (found.some(missed)) process.exitCode = 1;
}
