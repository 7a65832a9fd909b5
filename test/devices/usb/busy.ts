/** Software devices that fill every transfer. */
import { systemClock } from 'spikeline/devices';
import { davis346, wordBytes } from '#test/usb-emulator/davis346';
import { dynapse1 } from '#test/usb-emulator/dynapse1';
import { registers } from '#test/usb-emulator/registers';
import type { SoftwareDevice } from '#test/usb-emulator/software-device';

/** A device that fills every transfer. */
interface Busy extends SoftwareDevice {
  /** Sends that its clock was set to zero, and then its words from the first on. */
  restart(): void;
}

/** Sends words again and again; each transfer takes a turn of the event loop, as on a bus. */
function busy(
  { identity, control }: Pick<SoftwareDevice, 'identity' | 'control'>,
  words: ArrayLike<number>,
): Busy {
  const bytes = wordBytes(words);
  const reset = wordBytes([1]);
  let ready = (): void => {};
  let state: 'idle' | 'asked' | 'ready' = 'idle';
  /** Where the next transfer begins; -1 at the mark of a reset. */
  let at = -1;
  return {
    identity,
    control,
    pull(length) {
      if (state === 'ready') {
        state = 'idle';
        const part = at < 0 ? reset : bytes.subarray(at, at + length);
        at = at < 0 || at + length >= bytes.length ? 0 : at + length;
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
    restart() {
      at = -1;
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

/** A DAVIS346 whose pixels never rest. */
export function busyCamera(): SoftwareDevice {
  const words = periodOf((i) => [0x1000 | (i % 260), 0x2000 | ((i & 1) << 12) | (i % 346)]);
  return busy(davis346(), words);
}

/** A DYNAP-SE1 of which a neuron spikes in every microsecond; its chips take whatever they are told. */
export function busyBoard(): SoftwareDevice {
  const words = periodOf((i) => [
    ([1, 2, 5, 6][i & 3]! << 12) | ((i & 255) << 4) | (((i >> 2) & 3) + 1),
  ]);
  const { identity } = dynapse1({ clock: systemClock });
  const state = registers(
    [
      [6, 0, 5],
      [6, 3, 90],
    ],
    (module, parameter, value) => {
      if (module === 0 && parameter === 2 && value === 1) device.restart();
    },
  );
  const control: SoftwareDevice['control'] = (setup, data) =>
    state.control(setup, data) ?? Uint8Array.of(setup.request);
  const device = busy({ identity, control }, words);
  return device;
}
