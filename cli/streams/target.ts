/** Targets by name, with the options of the board behind a chip. */
import { chip, simulator, type Target, type VirtualBoardConfig } from 'spikeline';
import type { Losses } from 'spikeline/events';
import { type Problem, problem } from 'spikeline/problems';
import type { Given, OptionSpecs } from '../arguments.ts';
import { type BoardAddress, boardHelp, readBoardAddress } from './board.ts';
import { readVirtual, virtualOptions } from './virtual.ts';

/** Options of the board of a chip. */
export const boardOptions: OptionSpecs = {
  board: { value: 'BOARD', help: `the board of the chip: ${boardHelp}`, fallback: 'virtual' },
  ...virtualOptions,
};

/** The board of a chip, as it was asked for. */
export interface AskedBoard {
  /** Undefined if there is none such, which the problems tell. */
  readonly board: BoardAddress | undefined;
  readonly virtual: VirtualBoardConfig;
  readonly problems: readonly Problem[];
}

/** The target that is asked for: whoever names a board means a chip. */
export function targetName({ values }: Given): string {
  const target = values['target'] as string | undefined;
  return target ?? (values['board'] === undefined ? 'simulator' : 'chip');
}

/** Reads the options of the board of a chip, which no other target has. */
export function readBoard(given: Given, isChip: boolean): AskedBoard {
  const { values } = given;
  const { virtual, problems: found } = readVirtual(given);
  const problems = [...found];
  const text = (values['board'] as string | undefined) ?? 'virtual';
  const board = readBoardAddress(text, problems);
  const refuse = (names: readonly string[], needed: string): void => {
    for (const name of names) {
      if (values[name] === undefined) continue;
      problems.push(problem(`--${name}`, 'conflict', values[name], needed));
    }
  };
  if (!isChip) refuse(Object.keys(boardOptions), 'it belongs to --target chip');
  else if (board !== undefined && board.kind !== 'virtual') {
    refuse(Object.keys(virtualOptions), 'it belongs to --board virtual');
  }
  return { board, virtual, problems };
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
  const link = await board!.open(virtual);
  return { open: () => chip(link as never), close: () => link.close() };
}
