/** Streams that end when a command is stopped, with all that has come of them. */
import { defer, finalize, type Observable, takeUntil } from 'rxjs';
import type { ByteInput } from 'spikeline/sources';

/** Bytes that can be told to end. */
export interface EndingInput extends ByteInput {
  /** Ends them as if there were no more. */
  end(): void;
}

/** Makes bytes such that they can be told to end. */
export function endingInput(input: ByteInput): EndingInput {
  const done = { done: true, value: undefined } as const;
  let ended = false;
  let wake = (): void => {};
  return {
    [Symbol.asyncIterator]() {
      const bytes = input[Symbol.asyncIterator]();
      const next = (): Promise<IteratorResult<Uint8Array>> =>
        new Promise((resolve, reject) => {
          wake = () => resolve(done);
          if (ended) wake();
          else bytes.next().then(resolve, reject);
        });
      return { next };
    },
    destroy: () => input.destroy(),
    end() {
      ended = true;
      wake();
    },
  };
}

/** A stream, and what ends it at its bytes if that can be. */
interface Stoppable<Item> {
  readonly items$: Observable<Item>;
  readonly end?: () => void;
}

/**
 * Ends a stream once it is to stop. One that can be ended at its bytes is: then also what waits to be put in order comes.
 */
export function until<Item>(
  { items$, end }: Stoppable<Item>,
  stopped$: Observable<unknown>,
): Observable<Item> {
  if (end === undefined) return items$.pipe(takeUntil(stopped$));
  return defer(() => {
    const stopping = stopped$.subscribe(end);
    return items$.pipe(finalize(() => stopping.unsubscribe()));
  });
}
