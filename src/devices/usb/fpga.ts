/** The registers of the logic on DYNAP-SE1 boards and DAVIS cameras: 32 bits, by module and parameter. */
import type { Clock } from '../../clock.ts';
import { DeviceError } from '../../errors.ts';
import type { UsbPort } from './port.ts';

/** A register and what it is set to. */
export type Register = readonly [module: number, parameter: number, value: number];

/** Registers of a device. */
export interface Fpga {
  /** Sets registers one after the other, a request each. */
  set(registers: readonly Register[]): Promise<void>;
  /** Sets registers in this order, as many in a request as it can carry. */
  setAtOnce(registers: readonly Register[]): Promise<void>;
  get(module: number, parameter: number): Promise<number>;
  /** Reads a counter of 64 bits, whose upper half is at `parameter`, exactly up to 2^53. */
  get64(module: number, parameter: number): Promise<number>;
}

const configure = 0xbf;
const configureMany = 0xc2;

/** Messages that one request carries at most: 512 bytes are its room. */
export const messagesAtOnce = 85;

/** Bytes of registers as requests for several carry them. */
export function messages(registers: readonly Register[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(6 * registers.length);
  const view = new DataView(bytes.buffer);
  for (const [i, [module, parameter, value]] of registers.entries()) {
    bytes[6 * i] = module;
    bytes[6 * i + 1] = parameter;
    view.setUint32(6 * i + 2, value);
  }
  return bytes;
}

/** The registers behind an open device. */
export function fpga(port: UsbPort): Fpga {
  const get = async (module: number, parameter: number): Promise<number> =>
    (await port.ask(configure, module, parameter, 4)).getUint32(0);
  return {
    async set(registers) {
      for (const [module, parameter, value] of registers) {
        const bytes = new Uint8Array(4);
        new DataView(bytes.buffer).setUint32(0, value);
        await port.send(configure, module, parameter, bytes);
      }
    },
    async setAtOnce(registers) {
      for (let at = 0; at < registers.length; at += messagesAtOnce) {
        const some = registers.slice(at, at + messagesAtOnce);
        await port.send(configureMany, some.length, 0, messages(some));
      }
    },
    get,
    async get64(module, parameter) {
      // The halves are two reads: the upper one tells whether the lower one has run over between them.
      for (let tries = 0; tries < 10; tries++) {
        const high = await get(module, parameter);
        const low = await get(module, parameter + 1);
        if ((await get(module, parameter)) === high) return high * 2 ** 32 + low;
      }
      throw new DeviceError(
        'protocol',
        `a counter of the ${port.kind.what} cannot be read; it runs too fast`,
      );
    },
  };
}

/** Sets the clock of a device back to zero: on and off in one request. */
export const timestampReset: readonly Register[] = [
  [0, 2, 1],
  [0, 2, 0],
];

/** Waits, by a clock that is given. */
export function pause(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    if (milliseconds <= 0) resolve();
    else clock.schedule(resolve, milliseconds);
  });
}

/**
 * Refuses logic of another version than is known.
 *
 * @throws DeviceError `unsupported`
 */
export function checkLogic(port: UsbPort, version: number, wanted: number): void {
  if (version === wanted) return;
  throw new DeviceError(
    'unsupported',
    `the logic of the ${port.kind.what} is version ${version}; ${wanted} is needed: update it with its maker's tool`,
  );
}
