/**
 * A program that uses a camera and a DYNAP-SE1 board at the same time by the package `usb`, under the emulator. It prints what it finds, a
 * line of JSON each; after `unplug` it waits for that.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { take } from 'rxjs';
import { DeviceError } from 'spikeline';
import { eventDigest } from 'spikeline/codecs';
import { dynapse1Board, linkSuite, listUsb } from 'spikeline/devices';
import { fromCamera } from 'spikeline/sources';
import { configuration, word } from '#test/devices/usb/board-network';

const say = (step: string, found: object): void =>
  void process.stdout.write(`${JSON.stringify({ step, ...found })}\n`);
const failure = (cause: unknown): object =>
  cause instanceof DeviceError ? { code: cause.code } : { cause: String(cause) };

const listed = await listUsb();
say('list', {
  devices: listed.map(({ name, serial, obstacle }) => ({ name, serial, why: obstacle?.message })),
});

/** Another program that has the camera, until its input ends. */
const holder = `
const { getDeviceList } = require(${JSON.stringify(createRequire(import.meta.url).resolve('usb'))});
const device = getDeviceList().find((one) => one.deviceDescriptor.idProduct === 0x841a);
device.open();
device.interface(0).claim();
console.log('held');
process.stdin.on('end', () => { device.interface(0).release(() => device.close()); }).resume();
`;
const other = spawn(process.execPath, ['-e', holder], { stdio: ['pipe', 'pipe', 'inherit'] });
await new Promise((resolve) => other.stdout.once('data', resolve));
await new Promise<void>((resolve) => {
  fromCamera('davis346').subscribe({
    error(cause) {
      say('held by another', failure(cause));
      resolve();
    },
  });
});
other.stdin.end();
await new Promise((resolve) => other.once('close', resolve));

const events = Number(process.argv[2]);
const digest = eventDigest();
/** The camera goes on while the board is used. */
const lost = new Promise<unknown>((resolve) => {
  let count = 0;
  fromCamera('davis346').subscribe({
    next(packet) {
      digest.add(packet);
      count += packet.addresses.length;
      if (count === events) say('camera', { ...digest.summary() });
    },
    error: resolve,
  });
});

const board = dynapse1Board({ chips: 1, reset: false, restTime: 0.02 });
const suite = linkSuite({
  open: () => board.open(),
  configuration,
  word,
  delta: { biases: [{ chip: 0, core: 0, name: 'IF_DC_P', setting: { coarse: 7, fine: 3 } }] },
  patience: 20_000,
});
const wanted =
  process.argv[3] === 'all' ? suite : suite.filter(({ name }) => /changes|answers time/.test(name));
for (const { name, run } of wanted) {
  const cause = await run().then(
    () => undefined,
    (thrown: unknown) => String(thrown),
  );
  say('board', { name, cause });
}

process.stdout.write('unplug\n');
say('unplugged', failure(await lost));
await new Promise<void>((resolve) => {
  fromCamera('davis346')
    .pipe(take(1))
    .subscribe({
      error(cause) {
        say('gone', failure(cause));
        resolve();
      },
    });
});
