/** The registers of the logic of DYNAP-SE1 boards and DAVIS cameras, as a device has them. */
import type { Answer, Setup } from './software-device.ts';

/** Registers of a device. */
export interface Registers {
  get(module: number, parameter: number): number;
  set(module: number, parameter: number, value: number): void;
  /** Answers requests for registers; undefined if it is another. */
  control(setup: Setup, data: Uint8Array): Answer | undefined;
}

/** A register that is there from the beginning. */
export type Preset = readonly [module: number, parameter: number, value: number];

/** Makes registers; `written` is called for each that the host writes, one after the other. */
export function registers(
  presets: readonly Preset[],
  written: (module: number, parameter: number, value: number) => void,
): Registers {
  const values = new Map<number, number>();
  const key = (module: number, parameter: number): number => module * 65_536 + parameter;
  const set: Registers['set'] = (module, parameter, value) =>
    void values.set(key(module, parameter), value >>> 0);
  const get: Registers['get'] = (module, parameter) => values.get(key(module, parameter)) ?? 0;
  for (const preset of presets) set(...preset);
  const none = new Uint8Array();
  return {
    get,
    set,
    control({ kind, request, value, index }, data) {
      const view = new DataView(data.buffer, data.byteOffset, data.length);
      if (kind === 0x40 && request === 0xbf) {
        set(value, index, view.getUint32(0));
        written(value, index, view.getUint32(0));
        return none;
      }
      if (kind === 0xc0 && request === 0xbf) {
        const bytes = new Uint8Array(4);
        new DataView(bytes.buffer).setUint32(0, get(value, index));
        return bytes;
      }
      if (kind === 0x40 && request === 0xc2) {
        for (let i = 0; i < value; i++) {
          const [module, parameter] = [data[6 * i]!, data[6 * i + 1]!];
          set(module, parameter, view.getUint32(6 * i + 2));
          written(module, parameter, view.getUint32(6 * i + 2));
        }
        return none;
      }
      return undefined;
    },
  };
}
