import { existsSync } from 'node:fs';
import { InvalidArgumentError, StorageError } from 'spikeline';
import { type OptionSpecs, optionHelp, readArguments } from '../arguments.ts';
import { columns } from '../columns.ts';
import { type Command, exitCodes } from '../command.ts';
import { adam } from '../conformance/adam.ts';
import { allocation } from '../conformance/allocation.ts';
import { biasgen } from '../conformance/biasgen.ts';
import { eventWords } from '../conformance/event-words.ts';
import { isThere } from '../conformance/files.ts';
import { forward } from '../conformance/forward.ts';
import { gradients } from '../conformance/gradients.ts';
import { mapping } from '../conformance/mapping.ts';
import { mismatch } from '../conformance/mismatch.ts';
import { params } from '../conformance/params.ts';
import { quantisation } from '../conformance/quantisation.ts';
import { type Kind, type KindReport, reportOf } from '../conformance/report.ts';
import { testCounts } from '../conformance/test-counts.ts';

const kinds: readonly Kind[] = [
  forward,
  gradients,
  adam,
  testCounts,
  biasgen,
  params,
  quantisation,
  mismatch,
  mapping,
  allocation,
  eventWords,
];

const options: OptionSpecs = {
  json: { help: 'print only the reports, as a JSON array' },
  help: { help: 'print this' },
};

const help = `spikeline conformance FOLDER [options]

Compares Spikeline with reference numbers. The folder holds one sub-folder for each kind of case
(forward, gradients, training, biasgen, params, quantisation, mismatch, mapping, allocation), with any
number and size of cases. Kinds that are not there are skipped and named.

Prints for each kind the cases, how many passed, and the worst error against its tolerance; then every
case that failed and by how much.

${optionHelp(options)}

Exit codes: 0 all passed, 1 a case failed, 2 the folder cannot be read or holds no case.`;

/** Failures named at most for each kind; the JSON has all. */
const shown = 10;

function table(reports: readonly KindReport[]): string {
  const number = (value: number | null): string => (value === null ? '–' : value.toPrecision(3));
  const rows = reports.map(({ kind, cases, passed, worst, tolerance }) => [
    kind,
    `${cases}`,
    `${passed}`,
    number(worst),
    `${tolerance}`,
  ]);
  return columns([['kind', 'cases', 'passed', 'worst error', 'tolerance'], ...rows]);
}

function failureLines({ kind, failures }: KindReport): string[] {
  const lines = failures
    .slice(0, shown)
    .map(({ case: name, error }) => `failed: ${kind}, ${name}: ${error}`);
  const rest = failures.length - shown;
  return rest > 0 ? [...lines, `failed: ${kind}: ${rest} more, see --json`] : lines;
}

/** The command that compares with reference numbers. */
export const conformance: Command = {
  name: 'conformance',
  summary: 'compare with a folder of reference numbers',
  help,
  async run(args) {
    const { values, positionals } = readArguments(args, options);
    if (values['help'] === true) {
      process.stdout.write(`${help}\n`);
      return exitCodes.ok;
    }
    const [folder, ...rest] = positionals;
    if (folder === undefined || rest.length > 0) {
      throw new InvalidArgumentError('the comparison cannot start', [
        `${positionals.length} folders are given; one is needed: spikeline conformance FOLDER`,
      ]);
    }
    if (!existsSync(folder)) {
      throw new StorageError(folder, 'is not there; give a folder of reference numbers');
    }
    const there = kinds.filter(({ needs }) => needs.every((path) => isThere(folder, path)));
    if (there.length === 0) {
      throw new StorageError(folder, 'holds no reference numbers of a kind that is known');
    }
    const reports = there.map((kind) => reportOf(kind, kind.run(folder)));
    const failed = reports.some(({ failures }) => failures.length > 0);
    if (values['json'] === true) {
      process.stdout.write(`${JSON.stringify(reports, undefined, 1)}\n`);
      return failed ? exitCodes.failed : exitCodes.ok;
    }
    const absent = kinds.filter((kind) => !there.includes(kind));
    const lines = [
      table(reports),
      ...absent.map(({ kind, needs }) => `skipped: ${kind}, there is no ${needs.join(' or ')}`),
      ...reports.flatMap(failureLines),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    return failed ? exitCodes.failed : exitCodes.ok;
  },
};
