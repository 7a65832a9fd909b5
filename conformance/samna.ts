/** Configurations in samna's form, read and laid over, as what is recorded of real boards and of their makers' tests has it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { biasCurrent } from '../src/chips/dynapse2/bias-generator.ts';
import {
  type ChipConfiguration,
  idleCore,
  idleNeuron,
} from '../src/chips/dynapse2/configuration.ts';
import type { Destination } from '../src/chips/dynapse2/event.ts';
import {
  type CoreParameterName,
  coreParameterNames,
  coreParameters,
} from '../src/chips/dynapse2/parameters.ts';
import { fromSamnaJson, toSamnaJson } from '../src/chips/dynapse2/samna-json.ts';
import { readJson } from './files.ts';
import type { CaseOutcome, Kind } from './kind.ts';
import { compareBoard, type ExpectedBoard } from './samna-board.ts';
import { laidOver } from './samna-overlay.ts';

interface Expected {
  readonly files: Readonly<Record<string, ExpectedBoard>>;
}

interface RecordedParameters {
  readonly names: { readonly list: readonly string[] };
  readonly not_among_them: readonly string[];
  readonly defaults_that_are_recorded: Readonly<
    Record<string, { readonly coarse: number; readonly fine: number; readonly how: string }>
  >;
}

/** A case that holds or does not. */
function holds(name: string, found: boolean, note: string): CaseOutcome {
  return found ? { name, error: 0 } : { name, error: 1, note };
}

/** A chip of which only one destination is used. */
function withDestination(destination: Destination): ChipConfiguration {
  const idle = idleCore();
  const neuron = { ...idleNeuron(), destinations: [destination] };
  return {
    chips: [{ cores: [{ ...idle, neurons: idle.neurons.with(0, neuron) }, idle, idle, idle] }],
  };
}

interface Written {
  readonly value0: {
    readonly chips: readonly [
      {
        readonly cores: {
          readonly value0: {
            readonly neurons: { readonly value0: { readonly destinations: object } };
          };
        };
      },
    ];
  };
}

/** A destination as we write it, with samna's indentation. */
function destinationText(destination: Destination, around: (written: unknown) => unknown): string {
  const { value0 } = JSON.parse(toSamnaJson(withDestination(destination))) as Written;
  const { destinations } = value0.chips[0].cores.value0.neurons.value0;
  const [first] = Object.values<unknown>({ ...destinations });
  return JSON.stringify({ value0: around(first) }, null, 4);
}

interface RecordedDestination {
  readonly core: Readonly<Record<string, boolean>>;
  readonly xHop: number;
  readonly yHop: number;
  readonly tag: number;
}

function destinationOf({ core, xHop, yHop, tag }: RecordedDestination): Destination {
  const [a, b, c, d] = Object.values(core);
  return { core: [a === true, b === true, c === true, d === true], xHop, yHop, tag };
}

/** What a real samna printed. */
function recorded(folder: string): CaseOutcome[] {
  const textOf = (name: string): string => readFileSync(join(folder, 'samna', name), 'utf8');
  const names = readJson<RecordedParameters>(folder, 'samna', 'recorded-core-parameters.json');
  const ours: readonly string[] = coreParameterNames;
  const unknown = names.names.list.filter((name) => !ours.includes(name));
  const missing = ours.filter(
    (name) => ![...names.names.list, ...names.not_among_them].includes(name),
  );
  const currents = Object.entries(names.defaults_that_are_recorded).flatMap(([name, given]) => {
    const { coarse, fine, how } = given;
    const printed = /([\d.]+e-\d+) A unscaled/.exec(how)?.[1];
    const own = name as CoreParameterName;
    const current = biasCurrent(own, { coarse, fine }) / coreParameters[own];
    const off = printed === undefined ? 0 : Math.abs(current / Number(printed) - 1);
    return off < 1e-6 ? [] : [`${name} gives ${current}, not ${printed}`];
  });
  const destination = textOf('recorded-destination.json');
  const event = textOf('recorded-event.json');
  const one = JSON.parse(destination) as { value0: RecordedDestination };
  const { value0: two } = JSON.parse(event) as {
    value0: { event: RecordedDestination; timestamp: number };
  };
  const { timestamp } = two;
  return [
    holds(
      'recorded: names of biases',
      unknown.length + missing.length === 0,
      `unknown ${unknown.join()}; too many ${missing.join()}`,
    ),
    holds('recorded: default biases', currents.length === 0, currents.join('; ')),
    holds(
      'recorded: destination',
      destinationText(destinationOf(one.value0), (written) => written) === destination.trimEnd(),
      'is written in another way',
    ),
    holds(
      'recorded: event',
      destinationText(destinationOf(two.event), (written) => ({ event: written, timestamp })) ===
        event.trimEnd(),
      'is written in another way',
    ),
  ];
}

function compareFile(folder: string, name: string, expected: ExpectedBoard): CaseOutcome[] {
  const bytes = gunzipSync(readFileSync(join(folder, 'samna', name)));
  const digest = createHash('sha256').update(bytes).digest('hex');
  const text = bytes.toString('utf8');
  const unknown: string[] = [];
  const board = fromSamnaJson(text, { onUnknown: (path) => unknown.push(path) });
  const short = name.replace(/\.json\.gz$/, '');
  return [
    holds(`${short}: the file`, digest === expected.sha256, 'is not what expected.json is about'),
    ...compareBoard(short, board, unknown, expected),
    ...laidOver(short, text, board, expected),
  ];
}

/** Boards read and laid over by the seven rules, and what a real samna printed. */
export const samna: Kind = {
  kind: 'samna',
  tolerance: 0,
  needs: [
    'samna/expected.json',
    'samna/alias-distinct-1chip.json.gz',
    'samna/alias-fresh-2chips.json.gz',
    'samna/recorded-core-parameters.json',
    'samna/recorded-destination.json',
    'samna/recorded-event.json',
  ],
  run: (folder) => [
    ...recorded(folder),
    ...Object.entries(readJson<Expected>(folder, 'samna', 'expected.json').files).flatMap(
      ([name, expected]) => compareFile(folder, name, expected),
    ),
  ],
};
