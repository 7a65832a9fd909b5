// Measures how many events a second come in over USB, on one core, from devices that are always ready. The bench starts it.
import { lastValueFrom, takeWhile } from 'rxjs';
import { dynapse1Board, systemClock } from 'spikeline/devices';
import { fromCamera } from 'spikeline/sources';
import { answers } from '#bench/side';
import type { UsbAsked, UsbFigures } from '#bench/usb';
import { davis346, wordBytes } from '#test/usb-emulator/davis346';
import { dynapse1 } from '#test/usb-emulator/dynapse1';
import { fakeUsb, plugIn } from '#test/usb-emulator/fake-usb';
import { registers } from '#test/usb-emulator/registers';
import type { SoftwareDevice } from '#test/usb-emulator/software-device';

/** A device that fills every transfer, from words that come again and again; each takes a turn of the event loop, as on a bus. */
function busy(
  { identity, control }: Pick<SoftwareDevice, 'identity' | 'control'>,
  words: ArrayLike<number>,
): SoftwareDevice {
  const bytes = wordBytes(words);
  let ready = (): void => {};
  let state: 'idle' | 'asked' | 'ready' = 'idle';
  // It begins with a reset of its clock.
  let first: Uint8Array | undefined = wordBytes([1]);
  let at = 0;
  return {
    identity,
    control,
    pull(length) {
      if (state === 'ready') {
        state = 'idle';
        const part = first ?? bytes.subarray(at, at + length);
        if (first === undefined) at = at + length >= bytes.length ? 0 : at + length;
        first = undefined;
        return part;
      }
      if (state === 'idle') {
        setImmediate(() => {
          state = 'ready';
          ready();
        });
      }
      state = 'asked';
      return undefined;
    },
    onReady(listener) {
      ready = listener;
    },
    dispose() {},
  };
}

/** Words of one period of the clock: a time before each event, and the wrap that begins it. */
function periodOf(event: (i: number) => readonly number[]): number[] {
  const words: number[] = [0x7001];
  for (let time = 0; time < 0x8000; time++) words.push(0x8000 | time, ...event(time));
  return words;
}

/** Million events/s of processor time of a camera. */
async function camera(count: number): Promise<number> {
  const words = periodOf((i) => [0x1000 | (i % 260), 0x2000 | ((i & 1) << 12) | (i % 346)]);
  const access = fakeUsb(plugIn(busy(davis346(), words)));
  let seen = 0;
  let begin: NodeJS.CpuUsage | undefined;
  await lastValueFrom(
    fromCamera('davis346', { access }).pipe(
      takeWhile(({ addresses }) => {
        begin ??= process.cpuUsage();
        seen += addresses.length;
        return seen < count;
      }),
    ),
    { defaultValue: undefined },
  );
  const { user, system } = process.cpuUsage(begin);
  return seen / (user + system);
}

/** Million spikes/s of processor time of a DYNAP-SE1; fails if one is missing or out of order. */
async function spikes(count: number): Promise<number> {
  const words = periodOf((i) => [
    ([1, 2, 5, 6][i & 3]! << 12) | ((i & 255) << 4) | (((i >> 2) & 3) + 1),
  ]);
  const { identity } = dynapse1({ clock: systemClock });
  const state = registers(
    [
      [6, 0, 5],
      [6, 3, 90],
    ],
    () => {},
  );
  // Its chips take whatever they are told.
  const control: SoftwareDevice['control'] = (setup, data) =>
    state.control(setup, data) ?? Uint8Array.of(setup.request);
  const access = fakeUsb(plugIn(busy({ identity, control }, words)));
  const link = await dynapse1Board({ access, reset: false }).open();
  const begin = process.cpuUsage();
  let seen = 0;
  let before = -1;
  let wrong = 0;
  await new Promise<void>((resolve) => {
    const stop = link.listen({
      events({ timestamps }) {
        for (let i = 0; i < timestamps.length; i++) {
          if (before >= 0 && timestamps[i]! - before !== 1) wrong++;
          before = timestamps[i]!;
        }
        seen += timestamps.length;
        if (seen < count) return;
        stop();
        resolve();
      },
    });
  });
  const { user, system } = process.cpuUsage(begin);
  await link.close();
  if (wrong > 0) throw new Error(`${wrong} of ${seen} spikes were not where they belong`);
  return seen / (user + system);
}

/** The best of three. */
async function best(measure: (count: number) => Promise<number>, count: number): Promise<number> {
  let most = 0;
  for (let turn = 0; turn < 3; turn++) most = Math.max(most, await measure(count));
  return most;
}

answers(async ({ count }: UsbAsked): Promise<UsbFigures> => {
  return { dynapse1: await best(spikes, count), davis346: await best(camera, count) };
});
