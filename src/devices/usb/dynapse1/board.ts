/** A DYNAP-SE1 board on USB. */
import { dynapse1Limits } from '../../../chips/dynapse1/limits.ts';
import { type Clock, monotonic } from '../../../clock.ts';
import { DeviceError, InvalidArgumentError } from '../../../errors.ts';
import { flag, having, number, type OptionTable, optionProblems, text } from '../../../options.ts';
import { readOnce } from '../../../reading.ts';
import type { Board } from '../../link.ts';
import { accessCheck, usbAccess } from '../access.ts';
import { dynapse1Device } from '../known.ts';
import { openPort } from '../port.ts';
import type { UsbAccess } from '../web-usb.ts';
import { type Dynapse1Link, openDynapse1Link } from './link.ts';

/** How a DYNAP-SE1 board is opened. */
export interface Dynapse1BoardConfig {
  /** Its serial number; the first that can be opened if left out. */
  readonly serial?: string;
  /** Chips that are used, from chip 0 on; 4 if left out. */
  readonly chips?: number;
  /**
   * Whether the state from which configurations start is written when it is opened: after it was switched on, nothing is
   * known of it. Yes if left out.
   */
  readonly reset?: boolean;
  /** Time that the chips are given to settle after that, seconds; 4 if left out, as its makers' driver waits. */
  readonly settleTime?: number;
  /** Time that neurons are given to come to rest after each configuration, seconds; 0.1 if left out. */
  readonly restTime?: number;
  /** How long spikes may wait in the board for others before they are sent, in steps of 125 µs; 8 if left out. */
  readonly packetDelay?: number;
  /** Words of 16 bits that its memory holds for the generator of spikes; 32768 if left out. */
  readonly memoryWords?: number;
  /** Transfers that are under way at a time; 8 if left out. */
  readonly transfers?: number;
  /** Where devices are found; `navigator.usb` or the package `usb` if left out. */
  readonly access?: UsbAccess;
  /** Clock of the host; the machine's if left out. */
  readonly clock?: Clock;
}

const table: OptionTable<Dynapse1BoardConfig> = {
  serial: text,
  chips: number({ min: 1, max: dynapse1Limits.chips, whole: true }),
  reset: flag,
  settleTime: number({ min: 0, max: 60, unit: 'seconds' }),
  restTime: number({ min: 0, max: 60, unit: 'seconds' }),
  packetDelay: number({ min: 1, max: 800, whole: true, unit: 'steps' }),
  memoryWords: number({ min: 16, max: 2 ** 19, whole: true, unit: 'words' }),
  transfers: number({ min: 1, max: 64, whole: true }),
  access: accessCheck,
  clock: having('a clock', 'now', 'schedule'),
};

/** A DYNAP-SE1 board: it can be opened by one owner at a time. */
export type Dynapse1Board = Board<Dynapse1Link>;

/**
 * Makes a board of what is on USB: four DYNAP-SE chips of the first generation, family `dynapse1`. Its clock runs by
 * itself. Events for the chips are played by the board's generator of spikes, which reaches chip 0; they are in time to some
 * tenths of a millisecond. Spikes come in packets that wait for `packetDelay` at most. What came that is no spike is counted in
 * the `losses` of the link.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const board = dynapse1Board({ access: { getDevices: async () => [] } });
 * const told = await board.open().catch((cause) => cause.code); // 'not-found'
 * ```
 */
export function dynapse1Board(given: Dynapse1BoardConfig = {}): Dynapse1Board {
  const config = readOnce(given, table);
  const problems = optionProblems<Dynapse1BoardConfig>(config, table);
  if (problems.length > 0) throw new InvalidArgumentError('this board cannot be made', problems);
  const clock = monotonic(config.clock);
  let open = false;
  return {
    async open() {
      if (open) throw new DeviceError('busy', 'the board is open already; close it first');
      open = true;
      const closed = (): void => {
        open = false;
      };
      try {
        const access = await usbAccess(config.access);
        const { serial, transfers = 8 } = config;
        const port = await openPort({ kind: dynapse1Device, serial, access, clock, transfers });
        return await openDynapse1Link(port, {
          clock,
          chips: config.chips ?? dynapse1Limits.chips,
          reset: config.reset ?? true,
          settleTime: config.settleTime ?? 4,
          restTime: config.restTime ?? 0.1,
          packetDelay: config.packetDelay ?? 8,
          memoryWords: config.memoryWords ?? 32_768,
          closed,
        });
      } catch (cause) {
        closed();
        throw cause;
      }
    },
  };
}
