// How long it takes and how much memory to lay a network over the JSON of a DYNAP-SE2 board of four chips, 200 MB, from file to file.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../measure.ts';
import { type BenchRow, row } from '../rows.ts';
import { askSide } from '../side.ts';
import { writeBoard } from './board.ts';
import type { OverlayFigures } from './side.ts';

const side = new URL('side.ts', import.meta.url);

/** Every neuron of four chips with 64 synapses, over a board after reset. */
export async function samna(rounds: number): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'spikeline-samna-'));
  try {
    const size = writeBoard(join(folder, 'board.json'));
    const found: OverlayFigures[] = [];
    // Each in a process of its own, whose memory is nobody else's.
    for (let i = 0; i < rounds; i++) found.push(await askSide(side, [], { folder }));
    const of = (figure: keyof OverlayFigures): number => median(found.map((one) => one[figure]));
    const fields = { file: size / 1e6, laying: of('laying'), processor: of('processor') };
    return [
      row('samna.overlay.seconds', of('seconds'), 's', '<= 3', fields),
      row('samna.overlay.megabytes', of('megabytes'), 'MB', '<= 1000', { file: size / 1e6 }),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
