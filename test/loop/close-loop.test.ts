import { lastValueFrom, toArray } from 'rxjs';
import { lif, linear, pipeline, referenceEngine, simulator } from 'spikeline';
import { closeLoop, type Environment } from 'spikeline/loop';
import { populationDecode, rateEncode } from 'spikeline/operators';
import { describe, expect, it } from 'vitest';

const net = pipeline(
  linear({
    weight: [
      [9, 0],
      [0, 9],
    ],
  }),
  lif({ neurons: 2, dt: 1e-3, tauMem: 5e-3 }),
);

function place(): Environment & { readonly sent: number[] } {
  let at = 0;
  const sent: number[] = [];
  return {
    sent,
    reset(seed) {
      at = 1 + seed / 10;
      return Float64Array.of(at, -at);
    },
    step([speed], dt) {
      sent.push(speed!);
      at += speed! * dt;
      return { observation: Float64Array.of(at, -at) };
    },
  };
}

function loop(environment: Environment, steps: number) {
  return closeLoop({
    target: simulator({ engine: referenceEngine }),
    net,
    environment,
    encode: rateEncode({ range: [0, 1], neurons: 1, rate: 500 }),
    decode: populationDecode({ values: [-5, 5], tau: 0.02 }),
    steps,
    seed: 3,
    limits: [-4, 4],
    onStop: Float64Array.of(0),
  });
}

describe('a closed loop in virtual time', () => {
  it('is the same to the last bit for the same seed', async () => {
    const [one, two] = await Promise.all(
      [place(), place()].map((own) => lastValueFrom(loop(own, 500).pipe(toArray()))),
    );
    expect(one).toHaveLength(500);
    expect(two).toEqual(one);
    expect(Math.abs(one!.at(-1)!.observation[0]!)).toBeLessThan(0.2);
  });

  it('sends the last action at the end, and bounds the others', async () => {
    const own = place();
    const closed = loop(own, 100);
    await lastValueFrom(closed);
    expect(own.sent).toHaveLength(100);
    expect(own.sent.at(-1)).toBe(0);
    expect(Math.min(...own.sent)).toBe(-4);
    expect(closed.losses.byReason['clipped']).toBeGreaterThan(0);
  });
});
