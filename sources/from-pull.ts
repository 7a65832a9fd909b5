/** The source `fromPull`: reads what can wait, only as fast as its consumer works. */
import {
  defer,
  from,
  mergeMap,
  Observable,
  type ObservableInput,
  tap,
  type Unsubscribable,
} from 'rxjs';
import { streamOf } from '../src/consumed.ts';
import { demandOfSubscriber } from '../src/demand.ts';
import { InvalidArgumentError } from '../src/errors.ts';
import {
  callback,
  number,
  type OptionTable,
  optionProblems,
  readable,
  readOnce,
} from '../src/options.ts';
import { type Problem, problem } from '../src/problems.ts';
import { afterOthers } from '../src/turns.ts';
import { atOnce, workAtOnce, workOf } from './paced.ts';

/** Configuration of {@link fromPull}. */
export interface FromPullConfig<In, Out> {
  /** Items that may be under way at once; 1 if left out. */
  readonly credit?: number;
  /** Works on an item; what it returns gives the credit back by completing. */
  readonly consume: (item: In) => ObservableInput<Out>;
}

const table: OptionTable<FromPullConfig<unknown, unknown>> = {
  credit: number({ min: 1, whole: true, unit: 'items' }),
  consume: callback,
};

/** Lists why something cannot be read item by item. */
function itemProblems(items: unknown): Problem[] {
  return readable(() => {
    const is =
      items !== undefined &&
      items !== null &&
      [Symbol.asyncIterator, Symbol.iterator].some(
        (name) => typeof (items as Record<symbol, unknown>)[name] === 'function',
      );
    return is ? [] : [problem('items', 'wrong-type', items, 'something iterable is needed')];
  });
}

function iteratorOf<T>(items: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  const { [Symbol.asyncIterator]: waits } = items as Partial<AsyncIterable<T>>;
  return waits === undefined ? (items as Iterable<T>)[Symbol.iterator]() : waits.call(items);
}

/** Calls `return` at once and waits for what comes of it. */
async function closeIterator(iterator: AsyncIterator<unknown> | Iterator<unknown>): Promise<void> {
  await iterator.return?.();
}

/**
 * Reads a source that can wait, such as a file, only as fast as its consumer works. An item is asked for when there is
 * credit, and when the target or sink further down that keeps real time has room. Nothing is dropped, and no more than
 * `credit` items are held. The source is closed on unsubscribe, error and completion.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * fromPull([1, 2, 3], { consume: (item) => Promise.resolve(item * 2) }); // emits 2, 4, 6
 * ```
 */
export function fromPull<In, Out>(
  items: AsyncIterable<In> | Iterable<In>,
  config: FromPullConfig<In, Out>,
): Observable<Out> {
  config = readOnce(config, table);
  const problems = [...itemProblems(items), ...optionProblems(config, table as never, 'consume')];
  if (problems.length > 0) throw new InvalidArgumentError('this source cannot be read', problems);
  const { credit = 1, consume } = config;
  return defer(() => {
    const demand = demandOfSubscriber();
    let free = credit;
    let wake = (): void => {};
    const giveBack = (): void => {
      free++;
      wake();
    };
    const read = new Observable<In>((subscriber) => {
      const iterator = iteratorOf(items);
      let ended = false;
      let turn: Unsubscribable | undefined;
      let [inTurn, work] = [0, 0];
      let stopWaiting = (): void => {};
      const readAll = async (): Promise<void> => {
        while (!subscriber.closed) {
          // Promises alone let no timer through, and with it nobody who wants to stop this.
          if (++inTurn > atOnce || work >= workAtOnce) {
            await new Promise<void>((resolve) => {
              turn = afterOthers(resolve);
            });
            if (subscriber.closed) return;
          }
          if (free === 0) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
            continue;
          }
          if (demand?.open === false) {
            await new Promise<void>((resolve) => {
              wake = resolve;
              stopWaiting = demand.whenOpen(resolve);
            });
            continue;
          }
          free--;
          const { done = false, value } = await iterator.next();
          if (done) {
            ended = true;
            subscriber.complete();
          } else {
            work += workOf(value);
            subscriber.next(value);
          }
        }
      };
      readAll().catch((cause: unknown) => {
        ended = true;
        subscriber.error(cause);
      });
      return () => {
        turn?.unsubscribe();
        stopWaiting();
        wake();
        // A source that has ended, well or not, is closed already; closing must not fail the stream.
        if (!ended) closeIterator(iterator).catch(() => {});
      };
    });
    return read.pipe(
      mergeMap((item) => from(streamOf(consume(item))).pipe(tap({ complete: giveBack }))),
    );
  });
}
