/** Targets by name, with the options of the board behind a chip. */
import { chip, simulator, type Target, type VirtualBoardConfig, virtualBoard } from 'spikeline';
import { boardAt, dynapse1Board, type Link } from 'spikeline/devices';
import type { Losses } from 'spikeline/events';
import { type Problem, problem } from 'spikeline/problems';
import { type Given, numberReader, type OptionSpecs } from '../arguments.ts';

/** Options of the board of a chip. */
export const boardOptions: OptionSpecs = {
  board: {
    value: 'BOARD',
    help: 'the board of the chip: virtual, dynapse1 on USB (?serial=NUMBER for one of several), or tcp://HOST:PORT',
    fallback: 'virtual',
  },
  seed: { value: 'N', help: 'which piece of silicon the virtual board is', fallback: '0' },
  chips: { value: 'N', help: 'chips on the virtual board', fallback: '4' },
  mismatch: { value: 'FRACTION', help: 'how far its transistors differ', fallback: '0.3' },
  'real-time': { help: 'let the virtual board keep time with the clock' },
};

/** The board of a chip, as it was asked for. */
export interface AskedBoard {
  readonly board: string | undefined;
  readonly virtual: VirtualBoardConfig;
  readonly problems: readonly Problem[];
}

/** Reads the options of the board of a chip, which no other target has. */
export function readBoard(given: Given, isChip: boolean): AskedBoard {
  const { values } = given;
  const numbers = numberReader(given);
  const virtual = {
    seed: numbers.whole('seed', 0, { min: 0 }),
    chips: numbers.whole('chips', 4, { min: 1 }),
    mismatch: { fraction: numbers.fraction('mismatch', 0.3) },
    realTime: values['real-time'] === true,
  };
  const misplaced = Object.keys(boardOptions).flatMap((name) =>
    values[name] === undefined || isChip
      ? []
      : [problem(`--${name}`, 'conflict', values[name], 'it belongs to --target chip')],
  );
  const board = values['board'] as string | undefined;
  return { board, virtual, problems: [...numbers.problems, ...misplaced] };
}

/** A target that is open. */
export interface OpenedTarget {
  /** Makes a target of it, for one run. */
  open(): Target & { readonly losses: Losses };
  close(): Promise<void>;
}

/** Opens the board of a chip. */
async function openBoard({ board = 'virtual', virtual }: AskedBoard): Promise<Link> {
  // Each configures what is its own; the chip asks a link for its family.
  if (board === 'virtual') return (await virtualBoard(virtual).open()) as Link;
  const [usb, serial] = /^dynapse1(?:\?serial=(.+))?$/.exec(board) ?? [];
  if (usb === undefined) return (await boardAt(board).open()) as Link;
  return (await dynapse1Board(serial === undefined ? {} : { serial }).open()) as Link;
}

/** Opens what pipelines run on. */
export async function openTarget(
  target: 'simulator' | 'chip',
  asked: AskedBoard,
): Promise<OpenedTarget> {
  if (target === 'simulator') return { open: () => simulator(), close: async () => {} };
  const link = await openBoard(asked);
  return { open: () => chip(link as never), close: () => link.close() };
}
