/** A closed loop of 1 ms on a DYNAP-SE1 over USB, a software one under the emulator, beside the board that is computed in the process. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BenchRow, row } from './rows.ts';

const run = promisify(execFile);

/** What `spikeline latency --json` says, times in microseconds. */
interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly steps: number;
  readonly missed: number;
}

/** Programs that run a command of spikeline, by the board that it takes. */
const programs = {
  dynapse1: ['../test/usb-emulator/run.ts', 'dynapse1'],
  virtual: ['../cli/main.ts'],
} as const;

/** Runs the loop on a board, in a process of its own; why not, if it cannot be. */
async function measured(
  board: keyof typeof programs,
  seconds: number,
): Promise<Latency | { readonly why: string }> {
  const [program, ...first] = programs[board];
  const node = ['--import', 'tsx', '--conditions', '@spikeline/source'];
  const asked = [
    'latency',
    '--board',
    board,
    '--neurons',
    '16',
    '--seconds',
    `${seconds}`,
    '--json',
  ];
  const script = fileURLToPath(new URL(program, import.meta.url));
  try {
    const { stdout } = await run(process.execPath, [...node, script, ...first, ...asked]);
    return JSON.parse(stdout) as Latency;
  } catch (cause) {
    const { stderr = '', message } = cause as {
      readonly stderr?: string;
      readonly message: string;
    };
    return { why: (stderr.trim() || message).split('\n').at(-1)! };
  }
}

/** Milliseconds from handing over the input of a step to being handed its output: half of the steps, and all but one in a hundred. */
export async function usbLoop(seconds: number, note: (text: string) => void): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const board of ['virtual', 'dynapse1'] as const) {
    note(`a closed loop of 1 ms on ${board} for ${seconds} s`);
    const told = await measured(board, seconds);
    const name = `usb.loop.${board}`;
    if ('why' in told) {
      note(`${name}: ${told.why}`);
      rows.push(row(name, null, 'ms', null, { why: told.why }));
      continue;
    }
    const { p50, p99, max, steps, missed } = told;
    rows.push(row(name, p50 / 1e3, 'ms', null, { p99: p99 / 1e3, max: max / 1e3, steps, missed }));
  }
  return rows;
}
