/** A DYNAP-SE2 board that is reached through samna, the Python package of its makers. */
import { dynapse2 } from '../../chips/dynapse2/family.ts';
import { InvalidArgumentError } from '../../errors.ts';
import {
  isObject,
  number,
  type OptionTable,
  optionProblems,
  readOnce,
  text,
} from '../../options.ts';
import { fault, type Problem, within } from '../../problems.ts';
import { readAddress } from '../socket/address.ts';
import { openSamnaLink, type SamnaLink } from './link.ts';
import { startBridge } from './process.ts';

/** How {@link samnaBridge} reaches a board. */
export interface SamnaBridgeConfig {
  /** Python that has samna; `python3` if left out, `python` on Windows. */
  readonly python?: string;
  /** Serial number of the board; the first that is free if left out. Boards may have none. */
  readonly serial?: string;
  /** Bit file of the board's FPGA: needed after the board was switched on. */
  readonly bitFile?: string;
  /** Chips on the board that are used; 1 if left out. */
  readonly chips?: number;
  /** How long chips are given to come to rest, at the start and after each configuration, seconds; 1 if left out. */
  readonly settleTime?: number;
  /** Where the bridge listens: `127.0.0.1:7801`; any free port of the loopback if left out. */
  readonly listen?: string;
  /** Address of a bridge that runs already: `tcp://lab:7801`. Then nothing is started, and all of the above is its own matter. */
  readonly at?: string;
  /** How long Python, samna and the board may take to start, milliseconds; 60 000 if left out, and 5000 to answer with `at`. */
  readonly startPatience?: number;
  /** How long the bridge may give no sign of life, milliseconds; 10 000 if left out. */
  readonly patience?: number;
  /** Bytes of events that may wait to be sent; 64 MiB if left out. More is a `DeviceError` of code `overflow`. */
  readonly buffer?: number;
}

const table: OptionTable<SamnaBridgeConfig> = {
  python: text,
  serial: text,
  bitFile: text,
  chips: number({ min: 1, max: dynapse2.limits.chips, whole: true }),
  settleTime: number({ min: 0, max: 60, unit: 'seconds' }),
  listen: text,
  at: text,
  startPatience: number({ above: 0, unit: 'milliseconds' }),
  patience: number({ min: 2000, unit: 'milliseconds' }),
  buffer: number({ min: 0, whole: true, unit: 'bytes' }),
};

/** What is the matter of whoever starts a bridge. */
const ofStarting = ['python', 'serial', 'bitFile', 'chips', 'settleTime', 'listen'] as const;

/** Lists what is wrong with addresses, and what has no place beside one. */
function placeProblems(config: SamnaBridgeConfig): Problem[] {
  const problems: Problem[] = [];
  if (!isObject(config)) return problems;
  for (const name of ['listen', 'at'] as const) {
    const given = config[name];
    if (typeof given !== 'string') continue;
    try {
      readAddress(given, name);
    } catch (cause) {
      if (!(cause instanceof InvalidArgumentError)) throw cause;
      problems.push(...cause.problems);
    }
  }
  if (config.at === undefined) return problems;
  const misplaced = ofStarting.filter((name) => config[name] !== undefined);
  const needed = 'the bridge at that address was told it when it was started';
  return [
    ...problems,
    ...misplaced.flatMap((name) => within(name, [fault('', 'conflict', needed)])),
  ];
}

/** The command line of a bridge. */
function argumentsOf(config: SamnaBridgeConfig): string[] {
  const { serial, bitFile, chips = 1, settleTime = 1, listen } = config;
  const { host, port } = readAddress(listen ?? '0', 'listen');
  return [
    ...['--listen', `${host}:${port}`, '--chips', `${chips}`, '--settle', `${settleTime}`],
    ...(serial === undefined ? [] : [`--serial=${serial}`]),
    ...(bitFile === undefined ? [] : [`--bit=${bitFile}`]),
  ];
}

/**
 * Opens a DYNAP-SE2 board through samna, which exists for Python only: starts a small Python program that owns the board, and
 * speaks to it over a socket. The program ends with the link, or with this process. With `at`, one that runs already is used.
 *
 * The board's clock runs by itself. samna tells nothing of events that are late or find no room, so those counters are
 * absent. samna from PyPI is a stub, which is refused. No real board has been met yet: docs/tutorials/samna.md says what to check first.
 *
 * @throws InvalidArgumentError with all problems
 * @throws DeviceError `not-found` if there is no such Python, no samna or no board, `unsupported` if samna is the stub or another version,
 * `busy` if board or port are taken, `timed-out` if it takes too long
 * @example
 * ```ts
 * const told = await samnaBridge({ python: 'no-such-python' }).catch((cause) => cause.code); // 'not-found'
 * ```
 */
export async function samnaBridge(config: SamnaBridgeConfig = {}): Promise<SamnaLink> {
  config = readOnce(config, table);
  const problems = [...optionProblems(config, table), ...placeProblems(config)];
  if (problems.length > 0) throw new InvalidArgumentError('this board cannot be opened', problems);
  const { at, patience = 10_000, buffer = 2 ** 26 } = config;
  if (at !== undefined) {
    const { startPatience = 5000 } = config;
    const stop = async (): Promise<undefined> => undefined;
    return openSamnaLink({ address: at, startPatience, patience, buffer, stop });
  }
  const python = config.python ?? (process.platform === 'win32' ? 'python' : 'python3');
  const { startPatience = 60_000 } = config;
  const args = argumentsOf(config);
  const { address, stop } = await startBridge({ python, args, patience: startPatience });
  try {
    return await openSamnaLink({ address, startPatience, patience, buffer, stop });
  } catch (cause) {
    await stop();
    throw cause;
  }
}
