import { from, Observable, type ObservableInput } from 'rxjs';
import { InvalidArgumentError } from '../src/errors.ts';

/** Configuration of {@link fromPull}. */
export interface FromPullConfig<In, Out> {
  /** Items that may be under way at once; 1 where left out. */
  readonly credit?: number;
  /** Works on an item; what it returns gives the credit back by completing. */
  readonly consume: (item: In) => ObservableInput<Out>;
}

/**
 * Reads a source that can wait, such as a file, only as fast as its consumer works: an item is asked
 * for when there is credit. Nothing is dropped and no more than `credit` items are held. The source
 * is closed on unsubscribe, error and completion.
 *
 * @throws InvalidArgumentError where the credit is not a whole number above zero
 * @example
 * ```ts
 * fromPull([1, 2, 3], { consume: (item) => Promise.resolve(item * 2) }); // 2, 4, 6
 * ```
 */
export function fromPull<In, Out>(
  items: AsyncIterable<In> | Iterable<In>,
  config: FromPullConfig<In, Out>,
): Observable<Out> {
  const { credit = 1, consume } = config;
  if (!Number.isSafeInteger(credit) || credit < 1) {
    throw new InvalidArgumentError('this source cannot be read', [
      `credit is ${credit}; a whole number above 0 is needed`,
    ]);
  }
  return new Observable((subscriber) => {
    let free = credit;
    let wake: (() => void) | undefined;
    const consumeOne = (item: In): void => {
      free--;
      subscriber.add(
        from(consume(item)).subscribe({
          next: (value) => subscriber.next(value),
          error: (cause) => subscriber.error(cause),
          complete: () => {
            free++;
            wake?.();
          },
        }),
      );
    };
    const until = (ready: () => boolean): Promise<void> | undefined =>
      ready() || subscriber.closed
        ? undefined
        : new Promise((resolve) => {
            wake = () => {
              if (!ready() && !subscriber.closed) return;
              wake = undefined;
              resolve();
            };
          });
    const read = async (): Promise<void> => {
      for await (const item of items) {
        if (subscriber.closed) return;
        consumeOne(item);
        await until(() => free > 0);
        if (subscriber.closed) return;
      }
      await until(() => free === credit);
      subscriber.complete();
    };
    read().catch((cause: unknown) => subscriber.error(cause));
    return () => wake?.();
  });
}
