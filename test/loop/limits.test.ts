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

describe('arrays that cannot hold a bound', () => {
  const clipped = async (action: ArrayLike<number>, limits: readonly [number, number]) =>
    (await doing(action, limits).steps)[0]!.action as ArrayLike<number>;

  it('hold the nearest number that is within the limits', async () => {
    expect(await clipped(Int8Array.of(100, -100), [-1.5, 1.5])).toEqual(Int8Array.of(1, -1));
    expect(await clipped(Int8Array.of(-3), [0.5, 7])).toEqual(Int8Array.of(1));
    for (const [value, limits] of [
      [0.3, [0.05, 0.1]],
      [-0.3, [-0.1, 0.1]],
      [-0.3, [0.1, 0.3]],
      [1, [-1, 1e-50]],
      [-1, [1e-50, 1]],
      [Number.POSITIVE_INFINITY, [0, 1e39]],
      [Number.NEGATIVE_INFINITY, [-1e39, 0]],
    ] as const) {
      const held = (await clipped(Float32Array.of(value), limits))[0]!;
      const bound = value < limits[0] ? limits[0] : limits[1];
      expect(held).toBeGreaterThanOrEqual(limits[0]);
      expect(held).toBeLessThanOrEqual(limits[1]);
      const step = Math.max(2 ** -149, Math.min(Math.abs(bound), 3.4e38) * 2 ** -23);
      if (Math.abs(bound) < 1e38) expect(Math.abs(held - bound)).toBeLessThanOrEqual(step);
      else expect(Math.abs(held)).toBe(Math.fround(3.4028234663852886e38));
    }
  });

  it('end the loop if there is none', async () => {
    const none = /where a U?[Ii]nt8Array has no numbers/;
    await expect(clipped(Uint8Array.of(100), [-5, -1])).rejects.toThrow(none);
    await expect(clipped(Int8Array.of(0), [200, 300])).rejects.toThrow(none);
    await expect(clipped(Int8Array.of(0), [0.5, 0.5])).rejects.toThrow(none);
  });
});

it('refuses a last action with more or fewer values than have limits', () => {
  for (const onStop of [0, [0], [0, 0, 0]]) {
    const close = () =>
      closeLoop<number, unknown>({
        target: simulator(),
        net,
        environment: { reset: () => 0, step: () => ({ observation: 0 }) },
        encode: () => [1],
        decode: () => [0, 0],
        limits: [
          [0, 1],
          [0, 1],
        ],
        onStop,
      });
    expect(close).toThrow('2 values have limits');
  }
});
