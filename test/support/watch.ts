import type { Observable, Subscription } from 'rxjs';

/** What a subscription has seen so far. */
export interface Seen<T> {
  readonly values: T[];
  readonly error: unknown;
  readonly ended: 'no' | 'completed' | 'errored';
  readonly subscription: Subscription;
  unsubscribe(): void;
}

/** Subscribes and writes down what comes. */
export function watch<T>(source: Observable<T>): Seen<T> {
  const values: T[] = [];
  let error: unknown;
  let ended: Seen<T>['ended'] = 'no';
  const subscription = source.subscribe({
    next: (value) => values.push(value),
    error: (cause) => {
      error = cause;
      ended = 'errored';
    },
    complete: () => {
      ended = 'completed';
    },
  });
  return {
    values,
    get error() {
      return error;
    },
    get ended() {
      return ended;
    },
    subscription,
    unsubscribe: () => subscription.unsubscribe(),
  };
}
