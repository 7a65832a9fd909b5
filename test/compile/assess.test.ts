import {
  type AssessedRun,
  assess,
  channelCounts,
  deploy,
  dynapSim,
  InvalidArgumentError,
  linear,
  pipeline,
  poissonRaster,
  startPipeline,
} from 'spikeline';
import { describe, expect, it } from 'vitest';

const net = pipeline(
  linear({
    weight: [
      [4, 1.3],
      [0.7, 3],
    ],
  }),
  dynapSim({ name: 'hidden', neurons: 2 }),
  linear({ weight: [[5], [2.2]] }),
  dynapSim({ name: 'output', neurons: 1 }),
);
const input = poissonRaster({ channels: 2, rate: 200, duration: 0.2, seed: 4 });
const count = (run: AssessedRun): number => channelCounts(run(input))[0]!;

describe('assess', () => {
  it('scores a network as it is, in four bits, and on chips that differ', () => {
    const { simulated, quantised, chips } = assess(net, count, { chips: 5, seed: 1 });
    const alone = (of: typeof net) => channelCounts(startPipeline(of).process(input))[0];
    expect(simulated).toBe(alone(net));
    expect(quantised).toBe(alone(deploy(net).quantised));
    expect(chips).toHaveLength(5);
    expect(new Set(chips).size).toBeGreaterThan(1);
    expect(assess(net, count, { chips: 5, seed: 1 }).chips).toEqual(chips);
    expect(assess(net, count, { chips: 5, seed: 2 }).chips).not.toEqual(chips);
  });

  it('has chips that are as the model without mismatch, and runs each input from rest', () => {
    const twice = (run: AssessedRun) => [count(run), count(run)];
    const options = { chips: 2, mismatch: { fraction: 0 }, quantise: (given: typeof net) => given };
    const { simulated, quantised, chips } = assess(net, twice, options);
    expect(simulated[0]).toBe(simulated[1]);
    expect(quantised).toEqual(simulated);
    expect(chips).toEqual([simulated, simulated]);
  });

  it('draws chips that can be, however far their transistors differ', () => {
    const { chips } = assess(net, count, { chips: 20, mismatch: { fraction: 1.5 } });
    expect(chips.every((spikes) => spikes >= 0)).toBe(true);
    expect(new Set(chips).size).toBeGreaterThan(5);
  });

  it('tells the score what it runs', () => {
    const seen: string[] = [];
    assess(net, (_, as) => seen.push(as), { chips: 2 });
    expect(seen).toEqual(['simulated', 'quantised', 'chip', 'chip']);
  });

  it('refuses junk with all problems', () => {
    const junk = () =>
      assess(
        {} as typeof net,
        3 as never,
        { chips: -1, mismatch: { fraction: -1 }, seeds: 2 } as never,
      );
    expect(junk).toThrow(InvalidArgumentError);
    try {
      junk();
    } catch (cause) {
      const paths = (cause as InvalidArgumentError).problems.map(({ path }) => path);
      expect(paths).toEqual(
        expect.arrayContaining(['score', 'chips', 'mismatch.fraction', 'seeds']),
      );
    }
  });
});
