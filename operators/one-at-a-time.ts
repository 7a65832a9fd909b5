/** What operators share that emit in the middle of their work, or keep state: their subscriber may answer at once. */
import {
  concatWith,
  ignoreElements,
  NEVER,
  Observable,
  type OperatorFunction,
  type Subscriber,
  tap,
} from 'rxjs';
import { type Demand, onDemand } from '../src/demand.ts';
import { borrowing, type Loan } from '../src/lending.ts';
import { serial } from '../src/serial.ts';

/** What an operator does with what comes. */
export interface Taking<In> {
  /** Takes an item; what it throws ends the stream. Gives `true` if neither it nor what it has emitted needs the item any more. */
  next(item: In): unknown;
  /** Learns that the source has completed, and completes the subscriber when it likes; at once if left out. */
  complete?(): void;
  /** What it can take by now; sources that can wait are held back by it. */
  readonly demand?: Demand | undefined;
}

const end = Symbol('end');

/**
 * Makes an operator of what `begin` gives for each subscriber. Items are taken one after the other: what comes while
 * an item is taken, since its subscriber answers in the same turn, is taken after it.
 */
export function oneAtATime<In, Out>(
  begin: (subscriber: Subscriber<Out>) => Taking<In>,
): OperatorFunction<In, Out> {
  return (source) =>
    new Observable((subscriber) => {
      const taking = begin(subscriber);
      // What has failed already is not subscribed to.
      if (subscriber.closed) return;
      const loan: Loan = { source };
      const take = serial<In | typeof end>((item) => {
        if (subscriber.closed) return;
        try {
          if (item !== end) {
            if (taking.next(item) === true) loan.giveBack?.(item);
          } else if (taking.complete === undefined) subscriber.complete();
          else taking.complete();
        } catch (cause) {
          subscriber.error(cause);
        }
      });
      const taken = source.pipe(
        tap({ next: take, complete: () => take(end) }),
        ignoreElements(),
        concatWith(NEVER),
      );
      borrowing(loan, () => onDemand(taking.demand, () => taken.subscribe(subscriber)));
    });
}
