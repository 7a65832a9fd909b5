/** What operators share that emit in the middle of their work, or keep state: their subscriber may answer at once. */
import { Observable, type OperatorFunction, Subscriber, type Unsubscribable } from 'rxjs';
import { type Demand, demandBehind, gate, onDemand, whileBoth } from '../src/demand.ts';
import { borrowing, type Loan, lend } from '../src/lending.ts';
import { queue } from '../src/queue.ts';
import { serial } from '../src/serial.ts';
import { afterOthers } from '../src/turns.ts';

/** What an operator emits for one item before it gives way to timers and to the outside, if it can. */
export const emittedAtOnce = 1024;

/** Says that more will come of an item, once others have had their turn. */
export const unfinished: unique symbol = Symbol('unfinished');

/** What an operator does with what comes. */
export interface Taking<In, Out> {
  /**
   * Takes an item; what it throws ends the stream. Gives `true` if neither it nor what it has emitted needs the item any
   * more, or {@link unfinished}.
   */
  next(item: In): unknown;
  /** Goes on with an item that is unfinished, and gives the same. */
  goOn?(): unknown;
  /** Learns that the source has completed, and completes the subscriber when it likes; at once if left out. */
  complete?(): void;
  /** What it can take by now; sources that can wait are held back by it. */
  readonly demand?: Demand | undefined;
  /** Takes back what it has emitted, of which nobody looks at anything any more; absent if it makes each anew. */
  readonly giveBack?: ((item: Out) => void) | undefined;
}

const end = Symbol('end');
const rest = Symbol('rest');

const failed = Symbol('failed');

/** What is taken: an item, the rest of one, or that the source has failed or come to its end. */
type Given<In> = In | typeof rest | typeof failed | typeof end;

/** Hands on what comes and how it ends, and ends with whom it works for; errors reach that one by themselves if nothing is unfinished. */
class Taker<In> extends Subscriber<In> {
  readonly #take: (given: Given<In>) => void;
  readonly #holdBack: (cause: unknown) => boolean;

  constructor(
    worksFor: Subscriber<unknown>,
    take: (given: Given<In>) => void,
    holdBack: (cause: unknown) => boolean,
  ) {
    super(worksFor);
    this.#take = take;
    this.#holdBack = holdBack;
  }

  protected override _next(item: In): void {
    this.#take(item);
  }

  protected override _error(cause: unknown): void {
    if (this.#holdBack(cause)) this.#last(failed);
    else super._error(cause);
  }

  protected override _complete(): void {
    this.#last(end);
  }

  /** Takes what the source ends with, and lets go of it. */
  #last(given: Given<In>): void {
    try {
      this.#take(given);
    } finally {
      this.unsubscribe();
    }
  }
}

/**
 * Makes an operator of what `begin` gives for each subscriber. Items are taken one after the other: what comes while
 * an item is taken, since its subscriber answers in the same turn or it is unfinished, is taken after it. Sources that can wait
 * wait for what is unfinished, which itself waits for whom it feeds.
 */
export function oneAtATime<In, Out>(
  begin: (subscriber: Subscriber<Out>) => Taking<In, Out>,
): OperatorFunction<In, Out> {
  return (source) => {
    const made = new Observable<Out>((subscriber) => {
      const taking = begin(subscriber);
      if (taking.giveBack !== undefined) lend(made, taking.giveBack as (item: unknown) => void);
      // What has failed already is not subscribed to.
      if (subscriber.closed) return;
      const loan: Loan = { source };
      const behind = taking.demand ?? demandBehind();
      // What leaves nothing unfinished needs neither.
      const room = taking.goOn === undefined ? undefined : gate();
      const waiting = room && queue<Given<In>>();
      let held: In;
      /** How the source has failed, while an item was unfinished. */
      let failure: unknown;
      /** When it goes on with the item that is unfinished. */
      let turn: Unsubscribable | undefined;
      const later = (): void => {
        turn = afterOthers(() => {
          if (behind?.open === false) turn = { unsubscribe: behind.whenOpen(later) };
          else take(rest);
        });
      };
      const takeOne = (given: Given<In>): void => {
        // It is compared, and not looked at: an item may be anything.
        if (given === failed) subscriber.error(failure);
        else if (given !== end) {
          if (given !== rest) held = given;
          const said = given === rest ? taking.goOn!() : taking.next(given);
          if (said === true) loan.giveBack?.(held);
          else if (said === unfinished) later();
        } else if (taking.complete === undefined) subscriber.complete();
        else taking.complete();
      };
      const take = serial<Given<In>>((given) => {
        if (subscriber.closed) return;
        if (turn !== undefined && given !== rest) {
          waiting?.push(given);
          return;
        }
        turn = undefined;
        try {
          takeOne(given);
          while (waiting !== undefined && waiting.size > 0 && !(turn || subscriber.closed)) {
            takeOne(waiting.shift()!);
          }
        } catch (cause) {
          subscriber.error(cause);
        }
        room?.set(turn === undefined);
      });
      subscriber.add(() => turn?.unsubscribe());
      const taker = new Taker<In>(subscriber, take, (cause) => {
        failure = cause;
        return turn !== undefined;
      });
      const demand = room === undefined ? taking.demand : whileBoth(room, behind);
      borrowing(loan, () => onDemand(demand, () => source.subscribe(taker)));
    });
    return made;
  };
}
