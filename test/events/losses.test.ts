import fc from 'fast-check';
import { InvalidArgumentError } from 'spikeline';
import { lossCounter } from 'spikeline/events';
import { latencyMeter } from 'spikeline/loop';
import { describe, expect, it } from 'vitest';

describe('lossCounter', () => {
  it('adds up by reason, and the total is their sum', () => {
    const additions = fc.array(fc.tuple(fc.constantFrom('late', 'dropped', 'outside'), fc.nat(9)));
    fc.assert(
      fc.property(additions, (given) => {
        const losses = lossCounter();
        for (const [reason, count] of given) losses.add(reason, count);
        const of = (name: string): number =>
          given.reduce((sum, [reason, count]) => sum + (reason === name ? count : 0), 0);
        for (const name of ['late', 'dropped', 'outside']) {
          expect(losses.byReason[name] ?? 0).toBe(of(name));
        }
        expect(losses.total).toBe(of('late') + of('dropped') + of('outside'));
      }),
    );
  });

  it('counts by any name', () => {
    const losses = lossCounter();
    for (const reason of ['constructor', '__proto__', 'constructor']) losses.add(reason, 2);
    expect(Object.entries(losses.byReason)).toEqual([
      ['constructor', 4],
      ['__proto__', 2],
    ]);
  });

  it('tells its watchers of each addition until they stop, but not of zero', () => {
    const losses = lossCounter();
    const first: number[] = [];
    const second: number[] = [];
    const stop = losses.watch(({ total }) => first.push(total));
    losses.watch(({ byReason }) => second.push(byReason['late'] ?? 0));
    losses.add('late', 2);
    losses.add('late', 0);
    losses.add('dropped', 3);
    stop();
    stop();
    losses.add('late', 1);
    expect(first).toEqual([2, 5]);
    expect(second).toEqual([2, 2, 3]);
  });

  it('counts any reason, whatever its name', () => {
    const losses = lossCounter();
    for (const name of ['__proto__', 'constructor', 'toString']) losses.add(name, 2);
    expect(Object.entries(losses.byReason)).toEqual([
      ['__proto__', 2],
      ['constructor', 2],
      ['toString', 2],
    ]);
  });

  it('knows no reason that has not occurred', () => {
    const losses = lossCounter();
    losses.add('late', 0);
    expect([losses.total, losses.byReason]).toEqual([0, {}]);
  });
});

it('what is no counter is refused as it is, in words and as data', () => {
  for (const [losses, word] of [
    [{}, '{}'],
    [{ add() {} }, '{'],
  ] as const) {
    try {
      latencyMeter({ losses: losses as never });
      expect.unreachable();
    } catch (cause) {
      expect(cause).toBeInstanceOf(InvalidArgumentError);
      const { message, problems } = cause as InvalidArgumentError;
      expect(message).toContain(`losses is ${word}`);
      expect(JSON.parse(JSON.stringify(problems))).toMatchObject([{ path: 'losses' }]);
    }
  }
});
