import fc from 'fast-check';
import type { Traffic } from 'spikeline/chip';
import { describe, expect, it } from 'vitest';
import { placeClusters } from '#src/compile/passes/place-cores';
import { runs } from '#test/support/runs';

/** Hops of all spikes, and how many neurons have more destinations than four, counted one by one. */
function costOf(traffic: readonly Traffic[], chips: readonly number[]) {
  let hops = 0;
  let crowded = 0;
  for (const { from, to, monitored = false, count } of traffic) {
    const reached = new Set(chips.filter((_, c) => (to >> c) % 2 === 1));
    const at = from === undefined ? -1 : chips[from]!;
    const each = [...reached].reduce((sum, chip) => sum + Math.abs(chip - at), 0);
    hops += count * (each + (monitored ? at + 1 : 0));
    if (from !== undefined && reached.size + Number(monitored) > 4) crowded += count;
  }
  return { hops, crowded };
}

/** Every way to put `clusters` on chips of four cores. */
function* allChoices(clusters: number, chips: number, chosen: number[] = []): Generator<number[]> {
  if (chosen.length === clusters) {
    yield chosen;
    return;
  }
  for (let chip = 0; chip < chips; chip++) {
    if (chosen.filter((other) => other === chip).length < 4) {
      yield* allChoices(clusters, chips, [...chosen, chip]);
    }
  }
}

const group = (clusters: number): fc.Arbitrary<Traffic> =>
  fc
    .record({
      from: fc.option(fc.integer({ min: 0, max: clusters - 1 }), { nil: -1 }),
      to: fc.integer({ min: 0, max: 2 ** clusters - 1 }),
      monitored: fc.boolean(),
      count: fc.integer({ min: 1, max: 256 }),
    })
    .map(({ from, to, monitored, count }) =>
      from < 0 ? { to, count } : { from, to, monitored, count },
    );

describe('placeClusters', () => {
  it('gives each cluster a core of its own', () => {
    const given = fc
      .integer({ min: 1, max: 16 })
      .chain((clusters) =>
        fc.tuple(fc.constant(clusters), fc.array(group(clusters), { maxLength: 30 })),
      );
    fc.assert(
      fc.property(given, ([clusters, traffic]) => {
        const places = placeClusters(traffic, clusters);
        expect(places).toHaveLength(clusters);
        expect(new Set(places.map(({ chip, core }) => `${chip}/${core}`)).size).toBe(clusters);
        for (const { chip, core } of places) {
          expect([0, 1, 2, 3]).toContain(chip);
          expect([0, 1, 2, 3]).toContain(core);
        }
        expect(placeClusters(traffic, clusters)).toEqual(places);
      }),
      { numRuns: runs(50) },
    );
  });

  it('finds what trying everything finds', () => {
    const given = fc
      .integer({ min: 1, max: 7 })
      .chain((clusters) =>
        fc.tuple(
          fc.constant(clusters),
          fc.array(group(clusters), { minLength: 1, maxLength: 12 }),
          fc.integer({ min: 2, max: 3 }),
        ),
      );
    fc.assert(
      fc.property(given, ([clusters, traffic, chips]) => {
        const found = costOf(
          traffic,
          placeClusters(traffic, clusters, chips).map(({ chip }) => chip),
        );
        let least = Number.POSITIVE_INFINITY;
        for (const choice of allChoices(clusters, chips)) {
          least = Math.min(least, costOf(traffic, choice).hops);
        }
        expect(found.hops).toBe(least);
      }),
      { seed: 1, numRuns: runs(60) },
    );
  });

  it('keeps a chain of layers in order along the chips', () => {
    const clusters = 16;
    const traffic: Traffic[] = [
      { to: 0b1111, count: 100 },
      ...Array.from({ length: clusters }, (_, from) => ({
        from,
        to: from < 12 ? 0b1111 << (4 * Math.floor(from / 4 + 1)) : 0,
        monitored: true,
        count: 256,
      })),
    ];
    expect(placeClusters(traffic, clusters).map(({ chip }) => chip)).toEqual(
      Array.from({ length: clusters }, (_, c) => Math.floor(c / 4)),
    );
  });

  it('brings listeners together rather than let a neuron reach all four chips', () => {
    // Every fourth cluster listens to the same neuron: in the order of their numbers, on four chips.
    const listeners = 0b0001_0001_0001_0001;
    const others = Array.from({ length: 16 }, (_, from) => ({ from, to: 1 << from, count: 3 }));
    const traffic = [{ from: 2, to: listeners, monitored: true, count: 1 }, ...others];
    const chips = placeClusters(traffic, 16).map(({ chip }) => chip);
    expect(costOf(traffic, chips).crowded).toBe(0);
    expect(
      costOf(
        traffic,
        Array.from({ length: 16 }, (_, c) => Math.floor(c / 4)),
      ).crowded,
    ).toBe(1);
  });
});
