import { kernel } from 'spikeline';
import { dynapSimParameters, randomStream } from 'spikeline/neurons';
import { expect, it } from 'vitest';

/** States of two equal trials, or of one, after so many steps at a time. */
function stateAfter(neurons: number, batch: number, piece: number) {
  const random = randomStream(neurons, 'cuts');
  const draw = (size: number, scale: number): Float64Array =>
    Float64Array.from({ length: size }, () => random.normal() * scale);
  const recurrent = draw(neurons * neurons, 8);
  const steps = 120;
  const one = draw(steps * neurons, 60);
  const layer = kernel().layer(dynapSimParameters({}, neurons), { dt: 1e-3, recurrent, batch });
  let spikes = 0;
  for (let from = 0; from < steps; from += piece) {
    const size = Math.min(piece, steps - from);
    const input = Float64Array.from({ length: size * batch * neurons }, (_, i) => {
      const step = from + Math.floor(i / (batch * neurons));
      return one[step * neurons + (i % neurons)]!;
    });
    const into = new Float64Array(input.length);
    layer.run(input, into);
    spikes += into.reduce((sum, count) => sum + count, 0) / batch;
  }
  const state = layer.readState() as unknown as Record<string, ArrayLike<number>>;
  const first = Object.entries(state).map(([name, all]) => [
    name,
    Array.from(all).slice(0, neurons),
  ]);
  return { spikes, first };
}

it.each([2, 4, 5, 8, 9, 16])(
  'leaves the same states, to the last bit, however %i neurons are run',
  (neurons) => {
    const whole = stateAfter(neurons, 1, 120);
    expect(whole.spikes).toBeGreaterThan(20);
    expect(stateAfter(neurons, 1, 7)).toEqual(whole);
    expect(stateAfter(neurons, 2, 120)).toEqual(whole);
    expect(stateAfter(neurons, 2, 1)).toEqual(whole);
  },
);
