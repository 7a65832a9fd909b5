import { InvalidArgumentError } from 'spikeline';
import { type ConformanceSkip, type KindReport, runConformance } from 'spikeline/conformance';
import { problem } from 'spikeline/problems';
import { type OptionSpecs, optionHelp } from '../arguments.ts';
import { columns } from '../columns.ts';
import { type Command, exitCodes } from '../command.ts';

const options: OptionSpecs = {
  json: { help: 'print only the reports, as a JSON array' },
  help: { help: 'print this' },
};

const help = `spikeline conformance FOLDER [options]

Compares Spikeline with reference numbers. The folder holds one sub-folder for each kind of case
(forward, gradients, training, biasgen, params, quantisation, mismatch, mapping, allocation, usb), with any
number and size of cases; or it is one of these itself. Kinds that are not there, or not known, are skipped
and named.

What an engine computes (forward, gradients, adam, test counts) is compared once for the float64
reference and once for the float32 kernel, which needs WebAssembly SIMD.

Prints for each kind and engine the cases, how many passed, and the worst error against its
tolerance; then every case that failed and by how much.

${optionHelp(options)}

Exit codes: 0 all passed, 1 a case failed, a kind has none, or nothing at all was compared, 2 the folder
cannot be read.`;

/** Failures named at most for each kind; the JSON has all. */
const shown = 10;

/** A figure with `digits` digits, or as many as it takes; small ones as powers of ten. */
function figure(value: number, digits?: number): string {
  if (value !== 0 && value < 1e-3) {
    return value.toExponential(digits === undefined ? undefined : digits - 1);
  }
  return digits === undefined ? `${value}` : value.toPrecision(digits);
}

function table(reports: readonly KindReport[]): string {
  const rows = reports.map(({ kind, engine, cases, passed, worst, tolerance }) => [
    kind,
    engine ?? '–',
    `${cases}`,
    `${passed}`,
    worst === null ? '–' : figure(worst, 3),
    figure(tolerance),
  ]);
  return columns([['kind', 'engine', 'cases', 'passed', 'worst error', 'tolerance'], ...rows]);
}

/** A kind with what computes it. */
function nameOf({ kind, engine }: Pick<KindReport, 'kind' | 'engine'>): string {
  return engine === null ? kind : `${kind} (${engine})`;
}

function failureLines(report: KindReport): string[] {
  const { failures } = report;
  const kind = nameOf(report);
  const lines = failures
    .slice(0, shown)
    .map(({ case: name, error }) => `failed: ${kind}, ${name}: ${error}`);
  const rest = failures.length - shown;
  return rest > 0 ? [...lines, `failed: ${kind}: ${rest} more, see --json`] : lines;
}

function skipLine({ kind, engine, why }: ConformanceSkip): string {
  return `skipped: ${nameOf({ kind, engine })}, ${why}`;
}

/** The command that compares with reference numbers. */
export const conformance: Command = {
  name: 'conformance',
  summary: 'compare with a folder of reference numbers',
  options,
  help,
  async run({ values, positionals }, terminal) {
    const [folder, ...rest] = positionals;
    if (folder === undefined || rest.length > 0) {
      throw new InvalidArgumentError('the comparison cannot start', [
        problem(
          'FOLDER',
          'out-of-range',
          positionals,
          'one folder is needed: spikeline conformance FOLDER',
        ),
      ]);
    }
    const { reports, skipped } = await runConformance(folder);
    const compared = reports.reduce((sum, { cases }) => sum + cases, 0);
    const failed = compared === 0 || reports.some(({ failures }) => failures.length > 0);
    if (compared === 0)
      terminal.err(`${folder}: nothing was compared; it holds no case that is known\n`);
    if (values['json'] === true) {
      terminal.out(`${JSON.stringify(reports, undefined, 1)}\n`);
      return failed ? exitCodes.failed : exitCodes.ok;
    }
    const lines = [
      table(reports),
      ...new Set(skipped.map(skipLine)),
      ...reports.flatMap(failureLines),
    ];
    terminal.out(`${lines.join('\n')}\n`);
    return failed ? exitCodes.failed : exitCodes.ok;
  },
};
