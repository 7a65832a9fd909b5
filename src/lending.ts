/**
 * Items that are lent: a source makes each anew, unless its subscriber gives it back. A stage that keeps nothing of an item borrows from
 * the very source that it was given: then nobody is in between who could keep one, and nobody else sees the items of its subscription.
 */

/** What a stage borrows from one source. */
export interface Loan {
  readonly source: object;
  /** Gives an item back, of which nobody may look at anything any more; absent if the source does not lend. */
  giveBack?: (item: unknown) => void;
}

let asked: Loan | undefined;

/** Subscribes to the source of a loan. */
export function borrowing<T>(loan: Loan, subscribe: () => T): T {
  const before = asked;
  asked = loan;
  try {
    return subscribe();
  } finally {
    asked = before;
  }
}

/** Lends to whoever subscribes to a source, if it asks for it; called by the source, once for each subscription. */
export function lend(source: object, giveBack: (item: unknown) => void): void {
  if (asked?.source !== source) return;
  asked.giveBack = giveBack;
  asked = undefined;
}
