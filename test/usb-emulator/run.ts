// Runs a command of spikeline under the emulator, with software devices plugged in: `npx tsx --conditions @spikeline/source
// test/usb-emulator/run.ts dynapse1,davis346 frozen-noise --board dynapse1`. A DAVIS346 sends noise; a DYNAP-SE1
// computes neurons with one synapse, as which the networks of most pipelines are trained.
import { systemClock } from 'spikeline/devices';
import { type DavisEvent, davis346, davisWords, wordBytes } from './davis346.ts';
import { dvs128 } from './dvs128.ts';
import { dynapse1 } from './dynapse1.ts';
import { emulated, ours } from './emulated.ts';
import type { SoftwareDevice } from './software-device.ts';

const noise = Array.from(
  { length: 20_000 },
  (_, i): DavisEvent => [i * 50, (i * 7919) % 346, (i * 6007) % 260, i & 1],
);
const kinds: Readonly<Record<string, () => SoftwareDevice>> = {
  dynapse1: () => dynapse1({ clock: systemClock, model: 'dynapSim' }),
  davis346: () => davis346(wordBytes(davisWords(noise))),
  dvs128: () => dvs128(),
};
const [plugged = '', ...given] = process.argv.slice(2);
const devices = plugged.split(',').map((name) => kinds[name]!());
// Ctrl-C reaches the command by itself, which then ends.
process.on('SIGINT', () => {});
const run = emulated({ devices, command: ours('cli/main.ts', ...given) });
run.child.stdout!.pipe(process.stdout);
run.child.stderr!.pipe(process.stderr);
const { code } = await run.ended;
process.exitCode = code ?? 1;
