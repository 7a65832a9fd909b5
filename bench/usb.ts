/** How many events a second come in over USB, on one core: from software devices of the tests that are always ready, so that only our part counts. */
import { type BenchRow, row } from './rows.ts';
import { askSide } from './side.ts';

const side = new URL('../test/devices/usb/figures.ts', import.meta.url);

/** What is asked for. */
export interface UsbAsked {
  /** Events of each device. */
  readonly count: number;
}

/** Million events a second of processor time, by device. */
export interface UsbFigures {
  readonly dynapse1: number;
  readonly davis346: number;
  /** Of a DYNAP-SE1 by the package usb, under the emulator; why not, if it cannot run here. */
  readonly byPackage: number | string;
}

/** What comes in over USB. */
export async function usb(quick: boolean): Promise<readonly BenchRow[]> {
  const count = quick ? 2e6 : 1e7;
  const { dynapse1, davis346, byPackage } = await askSide<UsbFigures>(side, [], { count });
  const fields = { events: count };
  return [
    row('usb.dynapse1', dynapse1, 'million events/s', '>= 2', fields),
    typeof byPackage === 'number'
      ? row('usb.dynapse1.package', byPackage, 'million events/s', '>= 2', fields)
      : row('usb.dynapse1.package', null, 'million events/s', null, { why: byPackage }),
    row('usb.davis346', davis346, 'million events/s', '>= 2', fields),
  ];
}
