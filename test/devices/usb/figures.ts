// Measures how many events a second come in over USB, on one core, from devices that are always ready. The bench starts it.
import { answers } from '#bench/side';
import type { UsbAsked, UsbFigures } from '#bench/usb';
import { emulated, emulatorObstacle, ours } from '#test/usb-emulator/emulated';
import { fakeUsb, plugIn } from '#test/usb-emulator/fake-usb';
import { busyBoard, busyCamera } from './busy.ts';
import { decodedPixels, decodedSpikes } from './decoded.ts';

/** By the package usb, under the emulator. */
async function byPackage(count: number): Promise<number | string> {
  const obstacle = emulatorObstacle();
  if (obstacle !== undefined) return obstacle;
  const command = ours('test/devices/usb/decode.ts', `${count}`);
  const { code, out, err } = await emulated({ devices: [busyBoard()], command }).ended;
  return code === 0 ? Number(out) : err;
}

/** The best of three. */
async function best(measure: () => Promise<number>): Promise<number> {
  let most = 0;
  for (let turn = 0; turn < 3; turn++) most = Math.max(most, await measure());
  return most;
}

answers(async ({ count }: UsbAsked): Promise<UsbFigures> => {
  return {
    dynapse1: await best(() => decodedSpikes(count, fakeUsb(plugIn(busyBoard())))),
    davis346: await best(() => decodedPixels(count, fakeUsb(plugIn(busyCamera())))),
    byPackage: await byPackage(count),
  };
});
