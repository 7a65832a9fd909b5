/** How fast the bridge to samna is, before the stand-in of the tests, whose virtual board and whose Python take their part of the time. */
import { median } from '../measure.ts';
import { type BenchRow, row } from '../rows.ts';
import { askSide } from '../side.ts';

const side = new URL('../../test/devices/bridge/figures.ts', import.meta.url);

/** What was measured. */
export interface BridgeFigures {
  /** From asking for the time to its answer, milliseconds: each. */
  readonly echoes: readonly number[];
  /** Events of each second that went out and came back. */
  readonly rate: number;
  readonly sent: number;
  readonly back: number;
  /** Most that the newest event came back after its time, milliseconds. */
  readonly behind: number;
  /** Seconds for a chip of 1024 neurons with 64 synapses each, without the time to settle. */
  readonly configuring: number;
  /** Seconds of that that the virtual board took, in place of a real one. */
  readonly board: number;
}

/** Rows of the bridge; `seconds` of events. */
export async function bridge(seconds: number): Promise<BenchRow[]> {
  const { echoes, rate, sent, back, behind, configuring, board } = await askSide<BridgeFigures>(
    side,
    [],
    { seconds },
  );
  const worst = Math.max(...echoes);
  return [
    row('samna.bridge.echo', median(echoes), 'ms', '<= 2', { max: worst, echoes: echoes.length }),
    row('samna.bridge.lost', sent - back, 'events', '<= 0', { sent, rate, behind }),
    row('samna.bridge.configure', configuring, 's', '<= 1', { neurons: 1024, board }),
  ];
}
