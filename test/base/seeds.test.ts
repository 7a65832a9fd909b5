import {
  dynapSim,
  InvalidArgumentError,
  linear,
  pipeline,
  poissonRaster,
  simulator,
  train,
  virtualBoard,
} from 'spikeline';
import { autoencoderQuantise, quantise } from 'spikeline/chip';
import { jitterFilter, rateEncoder } from 'spikeline/events';
import { closeLoop, openSession, protocol, protocolOrder, startProtocol } from 'spikeline/loop';
import { randomStream } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';

const net = pipeline(linear({ weight: [[4]] }), dynapSim({ neurons: 1, name: 'out' }));
const rest = protocol([{ name: 'rest', duration: 0.1 }]);
const input = poissonRaster({ channels: 1, rate: 50, duration: 0.01, seed: 1 });
const environment = { reset: () => 0, step: () => ({ observation: 0 }) };

/** All that takes a seed. */
const seeded: Readonly<Record<string, (seed: number) => unknown>> = {
  autoencoderQuantise: (seed) => autoencoderQuantise([1, 2, 3], { seed }),
  closeLoop: (seed) =>
    closeLoop({
      ...{ target: simulator(), net, environment, steps: 1, seed },
      encode: () => [0],
      decode: () => Float64Array.of(0),
    }),
  jitterFilter: (seed) => jitterFilter({ sigma: 1e-3, seed }),
  openSession: (seed) => openSession('never-made', { seed }),
  poissonRaster: (seed) => poissonRaster({ channels: 1, rate: 1, duration: 0.01, seed }),
  protocolOrder: (seed) => [...protocolOrder(rest, seed)],
  quantise: (seed) => quantise([1, 2, 3], { seed }),
  randomStream: (seed) => randomStream(seed),
  rateEncoder: (seed) =>
    rateEncoder({ range: [0, 1], neurons: 1, rate: 1, spikes: 'poisson', seed }),
  startProtocol: (seed) => startProtocol(rest, { channels: 1, seed }),
  train: (seed) =>
    train(net, [{ input, target: new Float64Array(input.steps) }], { epochs: 1, seed }),
  virtualBoard: (seed) => virtualBoard({ seed }),
};

describe.each(Object.entries(seeded))('the seed of %s', (name, use) => {
  it('is a whole number of which no digit is lost, or refused', () => {
    const odd: readonly unknown[] = ['1', ' ', 1n, 0.5, 2 ** 53, -(2 ** 60), Number.NaN, [3]];
    for (const seed of odd) {
      let thrown: unknown;
      try {
        use(seed as number);
      } catch (cause) {
        thrown = cause;
      }
      expect(thrown, String(seed)).toBeInstanceOf(InvalidArgumentError);
      const { problems } = thrown as InvalidArgumentError;
      expect(problems.map(({ path }) => path)).toEqual(['seed']);
    }
    if (name !== 'openSession') expect(() => use(2 ** 31)).not.toThrow();
  });
});
