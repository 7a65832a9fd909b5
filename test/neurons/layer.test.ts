import { referenceEngine } from 'spikeline';
import {
  type DynapSimState,
  dynapSimParameters,
  referenceLayer,
  type StatefulLayer,
} from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { type RandomNet, randomNet } from './nets.ts';

const steps = 60;
const net = randomNet(3, { neurons: 4, steps, trials: 3 });
const weight = Float64Array.from(net.recurrent.flat());

function layerOf({ parameters }: RandomNet, batch = 1): StatefulLayer<DynapSimState> {
  return referenceLayer(parameters, { dt: 1e-3, recurrent: weight, batch });
}

/** Steps through `input` and returns all spikes. */
function run(
  layer: StatefulLayer<DynapSimState>,
  input: readonly (readonly number[])[],
): number[][] {
  return input.map((row) => Array.from(layer.step(Float64Array.from(row))));
}

function copyState(from: DynapSimState, to: DynapSimState): void {
  for (const name of Object.keys(from) as (keyof DynapSimState)[]) to[name].set(from[name]);
}

describe('referenceLayer', () => {
  it('goes on in another instance where its state was copied', () => {
    const input = net.input[0]!;
    const whole = layerOf(net);
    const expected = run(whole, input);
    expect(expected.flat().some((count) => count > 0)).toBe(true);
    for (const cut of [1, 7, 30]) {
      const first = layerOf(net);
      const spikes = run(first, input.slice(0, cut));
      const second = layerOf(net);
      copyState(first.state, second.state);
      expect([...spikes, ...run(second, input.slice(cut))]).toEqual(expected);
      expect(second.state).toEqual(whole.state);
    }
  });

  it('shares no state between instances', () => {
    const busy = layerOf(net);
    const idle = layerOf(net);
    const rest = structuredClone(idle.state);
    run(busy, net.input[0]!);
    expect(idle.state).toEqual(rest);
  });

  it('goes back to rest', () => {
    const layer = layerOf(net);
    const expected = run(layer, net.input[0]!);
    layer.reset();
    expect(layer.state).toEqual(layerOf(net).state);
    expect(run(layer, net.input[0]!)).toEqual(expected);
  });

  it('keeps trials apart', () => {
    const together = layerOf(net, 3);
    const rows = Array.from({ length: steps }, (_, t) => net.input.flatMap((trial) => trial[t]!));
    const spikes = run(together, rows);
    for (const [trial, input] of net.input.entries()) {
      const alone = layerOf(net);
      const own = spikes.map((row) => row.slice(4 * trial, 4 * trial + 4));
      expect(own).toEqual(run(alone, input));
      const imem = together.state.imem.slice(4 * trial, 4 * trial + 4);
      expect(imem).toEqual(alone.state.imem);
    }
  });

  it('counts zero weights as none', () => {
    const zero = referenceLayer(net.parameters, { dt: 1e-3, recurrent: new Float64Array(16) });
    const none = referenceLayer(net.parameters, { dt: 1e-3 });
    expect(run(zero, net.input[0]!)).toEqual(run(none, net.input[0]!));
  });

  it('does not write to its input', () => {
    const input = Float64Array.from(net.input[0]![0]!);
    layerOf(net).step(input);
    expect(Array.from(input)).toEqual(net.input[0]![0]);
  });
});

describe('the differentiable layer', () => {
  it('spikes as the plain layer does, run after run', () => {
    const trials = 3;
    const layer = referenceEngine.differentiable(net.parameters, {
      dt: 1e-3,
      steps,
      batch: trials,
    });
    const rows = Array.from({ length: steps }, (_, t) => net.input.flatMap((trial) => trial[t]!));
    layer.input.set(rows.flat());
    const expected = run(layerOf(net, trials), rows).flat();
    layer.forward(weight);
    expect(Array.from(layer.output)).toEqual(expected);
    layer.forward(weight);
    expect(Array.from(layer.output)).toEqual(expected);
  });

  it('uses other parameters from the next run on', () => {
    const other = dynapSimParameters({ ...net.parameters, Io: 2e-12, Idc: 4e-12 }, 4);
    const layer = referenceEngine.differentiable(net.parameters, { dt: 1e-3, steps, batch: 1 });
    layer.input.set(net.input[0]!.flat());
    layer.setParameters(other);
    layer.forward(weight);
    const plain = referenceLayer(other, { dt: 1e-3, recurrent: weight });
    expect(Array.from(layer.output)).toEqual(run(plain, net.input[0]!).flat());
  });
});
