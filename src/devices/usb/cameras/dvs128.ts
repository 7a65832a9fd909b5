/** What a DVS128 is asked to do, as the driver of its makers does it. */
import { number, optionProblems } from '../../../options.ts';
import type { Problem } from '../../../problems.ts';
import type { UsbPort } from '../port.ts';
import type { CameraCalls } from './camera-calls.ts';

/** Its requests. */
const request = {
  start: 0xb3,
  stop: 0xb4,
  biases: 0xb8,
  resetTime: 0xbb,
  resetPixels: 0xbd,
  master: 0xbe,
} as const;

/** Biases as the makers' driver has them, in the order in which they are sent. */
export const dvs128DefaultBiases: Readonly<Record<string, number>> = {
  cas: 1992,
  injGnd: 1_108_364,
  reqPd: 16_777_215,
  puX: 8_159_221,
  diffOff: 132,
  req: 309_590,
  refr: 969,
  puY: 16_777_215,
  diffOn: 209_996,
  diff: 13_125,
  foll: 271,
  pr: 217,
};

/** Biases of a DVS128 by name, 0 to 2^24 − 1; what is left out is as the makers' driver has it. */
export type Dvs128Biases = Readonly<Record<string, number>>;

/** Lists what of biases, of any type, a DVS128 cannot have. */
export function dvs128BiasProblems(biases: unknown): Problem[] {
  const value = number({ min: 0, max: 2 ** 24 - 1, whole: true });
  const checks = Object.keys(dvs128DefaultBiases).map((name) => [name, value]);
  return optionProblems(biases, Object.fromEntries(checks));
}

/** Bytes of all biases: three each, the highest first. */
function biasBytes(biases: Dvs128Biases): Uint8Array<ArrayBuffer> {
  const values = Object.values({ ...dvs128DefaultBiases, ...biases });
  return Uint8Array.from(values.flatMap((value) => [value >> 16, (value >> 8) & 255, value & 255]));
}

/** What a DVS128 can be told. */
export interface Dvs128Calls extends CameraCalls {
  setBiases(biases: Dvs128Biases): Promise<void>;
  /** Resets all pixels. */
  resetPixels(): Promise<void>;
  /** Whether its clock is its own, or that of another camera that it is wired to. */
  setMaster(master: boolean): Promise<void>;
}

/** What can be told to a camera. */
export function dvs128Calls(port: UsbPort): Dvs128Calls {
  const setBiases = (biases: Dvs128Biases): Promise<void> =>
    port.send(request.biases, 0, 0, biasBytes(biases));
  return {
    configure: (biases) => setBiases(biases as Dvs128Biases),
    setBiases,
    start: (listen) => {
      listen();
      return port.send(request.start, 0, 0);
    },
    stop: () => port.send(request.stop, 0, 0),
    resetTime: () => port.send(request.resetTime, 0, 0),
    resetPixels: () => port.send(request.resetPixels, 0, 0),
    setMaster: (master) => port.send(request.master, Number(master), 0),
  };
}
