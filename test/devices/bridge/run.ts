// Runs a command of spikeline with a board behind the stand-in for samna, whose address is put where `samna` stands: `npx tsx
// --conditions @spikeline/source test/devices/bridge/run.ts frozen-noise --board samna`.
import { spawn } from 'node:child_process';
import { program } from '#test/support/programs';
import { standInBoard } from './stand-in-board.ts';

const board = await standInBoard();
const given = process.argv.slice(2).map((one) => (one === 'samna' ? `samna:${board.python}` : one));
const child = spawn(process.execPath, program('cli/main.ts', ...given), { stdio: 'inherit' });
process.on('SIGINT', () => {});
const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
await board.close();
process.exit(code ?? 1);
