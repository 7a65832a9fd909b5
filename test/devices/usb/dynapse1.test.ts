import { linkSuite } from 'spikeline/devices';
import { describe, expect, it } from 'vitest';
import { type Dynapse1BoardConfig, dynapse1Board } from '#src/devices/usb/dynapse1/board';
import { type FakeClock, fakeClock } from '#test/devices/fake-clock';
import { dynapse1, type SoftwareBoardConfig } from '#test/usb-emulator/dynapse1';
import { fakeUsb, type PluggedIn, plugIn } from '#test/usb-emulator/fake-usb';
import { configuration, word } from './board-network.ts';

/** Lets time pass until something has come. */
async function soon<T>(clock: FakeClock, promise: Promise<T>): Promise<T> {
  let over = false;
  promise.then(
    () => {
      over = true;
    },
    () => {
      over = true;
    },
  );
  for (let i = 0; i < 20_000 && !over; i++) await clock.pass(0.5);
  return promise;
}

function plugged(clock: FakeClock, board: Omit<SoftwareBoardConfig, 'clock'> = {}) {
  const device = dynapse1({ clock, ...board });
  const usb = plugIn(device);
  const open = (config: Dynapse1BoardConfig = {}) =>
    dynapse1Board({
      access: fakeUsb(usb),
      clock,
      chips: 1,
      reset: false,
      restTime: 0.01,
      ...config,
    });
  return { device, usb, open };
}

describe('a DYNAP-SE1 board on USB', () => {
  const clock = fakeClock();
  let usb: PluggedIn;
  const opened = (board: Omit<SoftwareBoardConfig, 'clock'> = {}) => {
    return async () => {
      const own = plugged(clock, board);
      usb = own.usb;
      return soon(clock, own.open().open());
    };
  };
  const board = plugged(clock).open();
  const delta = {
    biases: [{ chip: 0, core: 0, name: 'IF_DC_P', setting: { coarse: 7, fine: 3 } }],
  } as const;
  const suite = linkSuite({
    open: () => soon(clock, board.open()),
    configuration,
    word,
    delta,
    openBeforeWrap: opened({ startTime: 2 ** 32 - 150_000 }),
    left: () => clock.pending,
    pass: (milliseconds) => clock.pass(milliseconds),
    patience: 20_000,
  });
  for (const { name, run } of suite) it(name, run);
  expect(usb!).toBeUndefined();
});
