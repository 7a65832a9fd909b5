/** Boards by address: `virtual`, `dynapse1`, `samna:PYTHON`, `tcp://HOST:PORT`. All commands read them here. */
import { InvalidArgumentError, type VirtualBoardConfig, virtualBoard } from 'spikeline';
import {
  boardAt,
  type Dynapse1BoardConfig,
  dynapse1Board,
  type Link,
  type SamnaBridgeConfig,
  samnaBridge,
} from 'spikeline/devices';
import { type Problem, problem, unknownName, within } from 'spikeline/problems';
import { decimal } from '../arguments.ts';

/** What a board's address says. */
export const boardHelp =
  'virtual, dynapse1 on USB, samna (a DYNAP-SE2) or tcp://HOST:PORT; see Boards';

/** Addresses as helps explain them. */
export const boardAddressHelp = `Boards:
  virtual                        a simulated board
  dynapse1                       a DYNAP-SE1 on USB; ?serial=NUMBER for one of several
  samna, samna:PYTHON            a DYNAP-SE2 through the samna of that Python, python3 if left out; ?bit=FILE for its FPGA after it was
                                 switched on, &serial=NUMBER
                                 Both: &chips=N for how many chips on it are used (4; samna 1), &settle=SECONDS for how long they are
                                 given to come to rest (4; samna 1)
  samna:tcp://HOST:PORT          the same through a bridge that runs there
  tcp://HOST:PORT                a board that spikeline board or serveBoard serves`;

/** A board that can be opened. */
export interface BoardAddress {
  readonly kind: 'virtual' | 'dynapse1' | 'samna' | 'tcp';
  /** Its address as people read it. */
  readonly name: string;
  /** Opens it; `virtual` says how a virtual one is. */
  open(virtual?: VirtualBoardConfig): Promise<Link>;
}

/** What may follow the question mark. */
const known = {
  dynapse1: ['serial', 'chips', 'settle'],
  samna: ['bit', 'serial', 'chips', 'settle'],
} as const;

/** What follows the question mark; what may not is a problem. */
function queryOf(after: string, names: readonly string[], place: string, problems: Problem[]) {
  const query = Object.fromEntries(new URLSearchParams(after));
  for (const name of Object.keys(query)) {
    if (!names.includes(name)) problems.push(unknownName(name, names, place));
  }
  return query;
}

/** What is said of the chips of a board: how many are used, and how long they are given to come to rest, seconds. */
function chipsOf(
  { chips, settle }: Readonly<Record<string, string>>,
  place: string,
  problems: Problem[],
): { readonly chips?: number; readonly settleTime?: number } {
  if (chips !== undefined && !/^[1-4]$/.test(chips)) {
    problems.push(problem(place, 'out-of-range', chips, 'chips=1 to chips=4 can be used'));
  }
  const rest = decimal(settle ?? '1') ?? Number.NaN;
  if (!(rest >= 0 && rest <= 60)) {
    problems.push(
      problem(place, 'out-of-range', settle, 'settle=0 to settle=60 seconds are possible'),
    );
  }
  return {
    ...(chips !== undefined && { chips: Number(chips) }),
    ...(settle !== undefined && { settleTime: rest }),
  };
}

/** How a bridge to samna is reached. */
function samnaConfig(
  where: string,
  query: Readonly<Record<string, string>>,
  place: string,
  problems: Problem[],
): SamnaBridgeConfig {
  const { bit, serial } = query;
  const chips = chipsOf(query, place, problems);
  if (where.startsWith('tcp://')) {
    for (const [name, value] of Object.entries(query)) {
      const needed = `the bridge at ${where} was told its ${name} when it was started`;
      problems.push(problem(place, 'conflict', value, needed));
    }
    return { at: where };
  }
  return {
    ...(where !== '' && { python: where }),
    ...(bit !== undefined && { bitFile: bit }),
    ...(serial !== undefined && { serial }),
    ...chips,
  };
}

/** How a DYNAP-SE1 on USB is opened. */
function dynapse1Config(
  query: Readonly<Record<string, string>>,
  place: string,
  problems: Problem[],
): Dynapse1BoardConfig {
  const { serial } = query;
  return { ...(serial !== undefined && { serial }), ...chipsOf(query, place, problems) };
}

/**
 * Reads the address of a board.
 *
 * @param place what the address is called in problems
 * @param problems is told what is wrong with it; then undefined is given
 */
export function readBoardAddress(
  text: string,
  problems: Problem[],
  place = '--board',
): BoardAddress | undefined {
  const before = problems.length;
  const [base = '', after = ''] = text.split(/\?(.*)/s, 2);
  const make = (kind: BoardAddress['kind'], open: BoardAddress['open']) =>
    problems.length > before ? undefined : { kind, name: text, open };
  // Each board configures what is its own; the chip asks a link for its family.
  if (text === 'virtual') {
    return make('virtual', async (virtual = {}) => (await virtualBoard(virtual).open()) as Link);
  }
  if (base === 'dynapse1') {
    const query = queryOf(after, known.dynapse1, place, problems);
    const config = dynapse1Config(query, place, problems);
    return make('dynapse1', async () => (await dynapse1Board(config).open()) as Link);
  }
  if (/^samna(:|$)/.test(base)) {
    const query = queryOf(after, known.samna, place, problems);
    const config = samnaConfig(base.slice('samna:'.length), query, place, problems);
    return make('samna', async () => (await samnaBridge(config)) as Link);
  }
  if (!text.startsWith('tcp://')) {
    const needed = 'virtual, dynapse1, samna or tcp://HOST:PORT is needed';
    problems.push(problem(place, 'unknown', text, needed));
    return undefined;
  }
  try {
    const board = boardAt(text);
    return make('tcp', async () => (await board.open()) as Link);
  } catch (cause) {
    if (!(cause instanceof InvalidArgumentError)) throw cause;
    problems.push(...within(place, cause.problems));
    return undefined;
  }
}
