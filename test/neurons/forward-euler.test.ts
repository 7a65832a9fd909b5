import { describe, expect, it } from 'vitest';
import { around, eulerModel, uniform } from '#src/neurons/forward-euler';

describe('a model that Euler steps', () => {
  it('counts its neurons whatever its parameters are called', () => {
    const { neurons } = eulerModel<{ readonly model: 'lif'; readonly tau: Float64Array }>({
      title: 'relay',
      spiking: false,
      signals: () => ['potential'],
      example: (count, random) => ({
        parameters: { model: 'lif', tau: around(count, random, 20e-3, 0.5) },
        input: [{ mean: 0, deviation: 1 }],
        weight: { mean: 0, deviation: 1 },
      }),
      coefficients: ({ tau }, dt) => ({
        neurons: tau.length,
        rate: tau.map((seconds) => dt / seconds),
        pull: 1,
        leak: uniform(tau.length, 0),
        resistance: uniform(tau.length, 1),
        bias: uniform(tau.length, 0),
        inputWeight: uniform(tau.length, 1),
      }),
    });
    expect(neurons({ model: 'lif', tau: Float64Array.of(1, 2, 3) })).toBe(3);
  });
});
