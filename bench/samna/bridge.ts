/** How fast the bridge to samna is, before the stand-in of the tests, whose virtual board and whose Python take their part of the time. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median } from '../measure.ts';
import { type BenchRow, row } from '../rows.ts';

const run = promisify(execFile);
const side = fileURLToPath(new URL('../../test/devices/bridge/figures.ts', import.meta.url));

/** What the side prints. */
interface BridgeFigures {
  readonly echoes: readonly number[];
  readonly rate: number;
  readonly sent: number;
  readonly back: number;
  readonly behind: number;
  readonly configuring: number;
  readonly board: number;
}

/** Rows of the bridge; `seconds` of events. */
export async function bridge(seconds: number): Promise<BenchRow[]> {
  const node = ['--import', 'tsx', '--conditions', '@spikeline/source'];
  const { stdout } = await run(process.execPath, [...node, side, `${seconds}`]);
  const { echoes, rate, sent, back, behind, ...told } = JSON.parse(stdout) as BridgeFigures;
  const { configuring, board } = told;
  const worst = Math.max(...echoes);
  return [
    row('samna.bridge.echo', median(echoes), 'ms', '<= 2', { max: worst, echoes: echoes.length }),
    row('samna.bridge.lost', sent - back, 'events', '<= 0', { sent, rate, behind }),
    // What the virtual board takes, a real one does by itself.
    row('samna.bridge.configure', configuring - board, 's', '<= 1', { neurons: 1024, board }),
  ];
}
