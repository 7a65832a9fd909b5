/**
 * Back-pressure: what can wait asks, when it is subscribed to, whom it feeds, and waits while that one has no room. It works
 * through any operators in between, since they subscribe to their source in the same turn; what cannot wait never asks.
 */

/** What a consumer can take by now. */
export interface Demand {
  /** Whether it has room. */
  readonly open: boolean;
  /** Calls back once it has room, unless the returned function is called before. */
  whenOpen(work: () => void): () => void;
}

/** A demand that a consumer opens and closes. */
export interface Gate extends Demand {
  /** Whether a source has asked for it: then what comes can wait. */
  readonly asked: boolean;
  /** Says whether there is room. */
  set(open: boolean): void;
}

/** Tells a demand that was made here that it was asked for. A list of them would keep what is in it for long: each knows it itself. */
const ask = Symbol('ask');

/** A demand that may have been made here. */
type Askable = Demand & { [ask]?: () => void };

// A class: an object with getters of its own costs each a shape of its own.
class OpenedGate implements Gate, Askable {
  open = true;
  asked = false;
  #waiting: Set<() => void> | undefined;

  whenOpen(work: () => void): () => void {
    this.#waiting ??= new Set();
    const waiting = this.#waiting.add(work);
    return () => waiting.delete(work);
  }

  set(open: boolean): void {
    this.open = open;
    const waiting = this.#waiting;
    if (!open || waiting === undefined || waiting.size === 0) return;
    const all = [...waiting];
    waiting.clear();
    for (const work of all) work();
  }

  [ask](): void {
    this.asked = true;
  }
}

/** Makes a gate that is open. */
export function gate(): Gate {
  return new OpenedGate();
}

let current: Askable | undefined;

/** Subscribes to a source on behalf of a consumer; of the one before it in the chain, if it has no demand of its own. */
export function onDemand<T>(demand: Demand | undefined, subscribe: () => T): T {
  if (demand === undefined) return subscribe();
  const before = current;
  current = demand;
  try {
    return subscribe();
  } finally {
    current = before;
  }
}

/** The demand of whoever subscribes in this turn; undefined if nobody asks sources to wait. */
export function demandOfSubscriber(): Demand | undefined {
  current?.[ask]?.();
  return current;
}

/** The demand of whoever subscribes in this turn, who is not asked by that. */
export function demandBehind(): Demand | undefined {
  return current;
}

/** A demand that is open while two are; who asks for it asks for both. */
export function whileBoth(one: Demand, other: Demand | undefined): Demand {
  if (other === undefined) return one;
  const both: Askable = {
    get open() {
      return one.open && other.open;
    },
    whenOpen(work) {
      let stop = (): void => {};
      const look = (): void => {
        if (both.open) work();
        else wait();
      };
      const wait = (): void => {
        stop = (one.open ? other : one).whenOpen(look);
      };
      wait();
      return () => stop();
    },
    [ask]() {
      (one as Askable)[ask]?.();
      (other as Askable)[ask]?.();
    },
  };
  return both;
}
