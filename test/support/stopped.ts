/** Streams without an end that a timer stops. */
import { lastValueFrom, type Observable, takeUntil, tap, timer } from 'rxjs';
import { expect } from 'vitest';

/** Lets a timer stop a stream; gives how many values came by then, and expects none to come while `rest` lasts. */
export async function stoppedByTimer(
  stream: Observable<unknown>,
  rest: () => Promise<unknown>,
): Promise<number> {
  let values = 0;
  await lastValueFrom(
    stream.pipe(
      tap(() => values++),
      takeUntil(timer(5)),
    ),
    { defaultValue: undefined },
  );
  const stopped = values;
  await rest();
  expect(values).toBe(stopped);
  expect(values).toBeGreaterThan(0);
  return values;
}
