import { of, throwError } from 'rxjs';
import { expect, it } from 'vitest';
import type { Stop } from '#cli/stop';
import { flow } from '#cli/streams/flow';

it.each([
  ['ended', () => of(1)],
  ['failed', () => throwError(() => new Error('no more'))],
] as const)('a stream that %s is waited for until its source is closed', async (_, build) => {
  let close = (): void => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const never = { on: () => () => {} } as unknown as Stop;
  let over = false;
  const flowing = flow(never, build, { closed: () => closed }).catch(() => {});
  const done = flowing.then(() => {
    over = true;
  });
  await new Promise(setImmediate);
  expect(over).toBe(false);
  close();
  await done;
});
