/** Virtual boards, as the command line describes them. */
import type { VirtualBoardConfig } from 'spikeline';
import type { Problem } from 'spikeline/problems';
import { type Given, numberReader, type OptionSpecs } from '../arguments.ts';

/** Options of virtual boards. */
export const virtualOptions: OptionSpecs = {
  seed: { value: 'N', help: 'which piece of silicon the virtual board is', fallback: '0' },
  chips: { value: 'N', help: 'chips on the virtual board', fallback: '4' },
  mismatch: {
    value: 'FRACTION',
    help: 'mismatch of its transistors, three sigma',
    fallback: '0.3',
  },
  'real-time': { help: 'let the virtual board keep time with the clock' },
};

/** Reads the options of a virtual board, with every problem. */
export function readVirtual(given: Given): {
  readonly virtual: VirtualBoardConfig;
  readonly problems: readonly Problem[];
} {
  const numbers = numberReader(given);
  const virtual = {
    seed: numbers.whole('seed', 0, { min: 0 }),
    chips: numbers.whole('chips', 4, { min: 1 }),
    mismatch: { fraction: numbers.fraction('mismatch', 0.3) },
    realTime: given.values['real-time'] === true,
  };
  return { virtual, problems: numbers.problems };
}
