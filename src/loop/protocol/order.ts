/** The phases of a protocol in the order in which they come, for a seed. */
import { type Random, randomStream } from '../../random.ts';
import { isBlock, type Phase, type ProtocolItem } from './plan.ts';

/** A phase in its turn. */
export interface PhaseTurn {
  readonly phase: Phase;
  /** Which of all turns it is, from 0. */
  readonly index: number;
}

/** Draws an order (Fisher and Yates 1938, as of Durstenfeld 1964). */
function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

function* phasesOf(
  items: readonly ProtocolItem[],
  seed: number,
  path: readonly number[],
): Generator<Phase> {
  for (const [place, item] of items.entries()) {
    if (!isBlock(item)) {
      yield item;
      continue;
    }
    const { times = 1, order = 'given', items: own } = item;
    for (let time = 0; time < times; time++) {
      const inner = [...path, place, time];
      const random = randomStream(seed, 'protocol', 'order', ...inner);
      yield* phasesOf(order === 'random' ? shuffled(own, random) : own, seed, inner);
    }
  }
}

/**
 * Gives the phases of a protocol in their order, one at a time. The same seed gives the same order: what is drawn belongs to
 * a block's place and its repetition.
 */
export function* phaseTurns(
  items: readonly ProtocolItem[],
  seed: number,
): Generator<PhaseTurn, undefined> {
  let index = 0;
  for (const phase of phasesOf(items, seed, [])) yield { phase, index: index++ };
  return undefined;
}
