/** Targets by name, with the options of the board behind a chip. */
import { chip, simulator, type Target, type VirtualBoardConfig, virtualBoard } from 'spikeline';
import { boardAt } from 'spikeline/devices';
import type { Losses } from 'spikeline/events';
import { type Problem, problem } from 'spikeline/problems';
import { type Given, numberReader, type OptionSpecs } from '../arguments.ts';

/** Options of the board of a chip. */
export const boardOptions: OptionSpecs = {
  board: { value: 'URL', help: 'the board of the chip, as tcp://HOST:PORT; else a virtual one' },
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

/** Opens what pipelines run on. */
export async function openTarget(
  target: 'simulator' | 'chip',
  { board, virtual }: AskedBoard,
): Promise<OpenedTarget> {
  if (target === 'simulator') return { open: () => simulator(), close: async () => {} };
  const link =
    board === undefined ? await virtualBoard(virtual).open() : await boardAt(board).open();
  return { open: () => chip(link as never), close: () => link.close() };
}
