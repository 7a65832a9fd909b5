import { lastValueFrom, toArray } from 'rxjs';
import { lif, linear, pipeline, simulator } from 'spikeline';
import { closeLoop } from 'spikeline/loop';
import { describe, expect, it } from 'vitest';

const net = pipeline(linear({ weight: [[9]] }), lif({ neurons: 1, dt: 1e-3, tauMem: 5e-3 }));

/** A loop of three steps that does the same in each. */
function doing(action: unknown, limits?: readonly [number, number]) {
  const loop = closeLoop<number, unknown>({
    target: simulator(),
    net,
    environment: { reset: () => 0, step: () => ({ observation: 0 }) },
    encode: () => [1],
    decode: () => action,
    steps: 3,
    ...(limits && { limits }),
  });
  return { loop, steps: lastValueFrom(loop.pipe(toArray())) };
}

describe.each([
  ['a list', (values: number[]) => values],
  ['Float64Array', (values: number[]) => Float64Array.from(values)],
  ['Float32Array', (values: number[]) => Float32Array.from(values)],
])('actions that are %s', (_, make) => {
  it('are bounded, value by value', async () => {
    const { loop, steps } = doing(make([5, 0.5, -7]), [-1, 1]);
    expect((await steps).map(({ action }) => action)).toEqual(Array(3).fill(make([1, 0.5, -1])));
    expect({ ...loop.losses.byReason }).toEqual({ clipped: 6 });
  });

  it('are never sent if a value is no number', async () => {
    await expect(doing(make([1, Number.NaN])).steps).rejects.toThrow(
      'value 1 of the action is NaN',
    );
  });
});

it('bounds whole numbers, too', async () => {
  const { steps } = doing(Uint8Array.of(200, 3), [0, 100]);
  expect((await steps)[0]!.action).toEqual(Uint8Array.of(100, 3));
});

it('says once that nothing was given', () => {
  const close = closeLoop as unknown as (config?: unknown) => void;
  expect(() => close()).toThrow(/^this loop cannot be closed: [^\n]*$/);
});
