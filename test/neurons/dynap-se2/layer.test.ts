import fc from 'fast-check';
import { kernel, referenceEngine } from 'spikeline';
import {
  type DynapSe2State,
  drawMismatch,
  referenceLayer,
  type StatefulLayer,
} from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { dynapSe2ParameterNames, dynapSe2Parameters } from '#src/neurons/dynap-se2/parameters';
import { runs } from '#test/support/runs';
import { type DendriticNet, dendriticNet } from './nets.ts';

const steps = 60;
const net = dendriticNet(3, { neurons: 4, steps, trials: 3 });
const weight = Float64Array.from(net.recurrent.flat());
const rows = net.input[0]!;

function layerOf({ parameters }: DendriticNet, batch = 1): StatefulLayer<DynapSe2State> {
  return referenceLayer(parameters, { dt: 1e-3, recurrent: weight, batch });
}

/** Steps through `input` and returns all spikes. */
function run(
  layer: StatefulLayer<DynapSe2State>,
  input: readonly (readonly number[])[],
): number[][] {
  return input.map((row) => Array.from(layer.step(Float64Array.from(row))));
}

/** Runs `input` in one go. */
function runChunk(
  layer: StatefulLayer<DynapSe2State>,
  input: readonly (readonly number[])[],
): number[] {
  const output = new Uint32Array((input.flat().length / 16) * 4);
  layer.run(Float64Array.from(input.flat()), output);
  return Array.from(output);
}

describe('referenceLayer', () => {
  const whole = layerOf(net);
  const expected = run(whole, rows);

  it('fires in this test', () => {
    expect(expected.flat().filter((count) => count > 0).length).toBeGreaterThan(20);
  });

  it('gives the same however its input is cut into chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(steps), { maxLength: 5 }), (cuts) => {
        const bounds = [0, ...cuts.sort((a, b) => a - b), steps];
        const layer = layerOf(net);
        const spikes = bounds
          .slice(1)
          .flatMap((end, i) => runChunk(layer, rows.slice(bounds[i], end)));
        expect(spikes).toEqual(expected.flat());
        expect(layer.state).toEqual(whole.state);
      }),
      { numRuns: runs(30) },
    );
  });

  it('goes on in another instance from its state', () => {
    for (const cut of [1, 7, 30]) {
      const first = layerOf(net);
      const spikes = run(first, rows.slice(0, cut));
      const second = layerOf(net);
      second.writeState(first.readState());
      run(first, rows.slice(cut));
      expect([...spikes, ...run(second, rows.slice(cut))]).toEqual(expected);
      expect(second.state).toEqual(whole.state);
    }
  });

  it('goes back to rest', () => {
    const layer = layerOf(net);
    run(layer, rows);
    layer.reset();
    expect(layer.state).toEqual(layerOf(net).state);
    expect(run(layer, rows)).toEqual(expected);
  });

  it('keeps trials apart', () => {
    const together = layerOf(net, 3);
    const all = Array.from({ length: steps }, (_, t) => net.input.flatMap((trial) => trial[t]!));
    const spikes = run(together, all);
    for (const [trial, input] of net.input.entries()) {
      const alone = layerOf(net);
      const own = spikes.map((row) => row.slice(4 * trial, 4 * trial + 4));
      expect(own).toEqual(run(alone, input));
      for (const name of ['imem', 'inmda', 'igaba'] as const) {
        expect(together.state[name].slice(4 * trial, 4 * trial + 4)).toEqual(alone.state[name]);
      }
    }
  });

  it('counts zero weights as none', () => {
    const zero = referenceLayer(net.parameters, { dt: 1e-3, recurrent: new Float64Array(64) });
    const none = referenceLayer(net.parameters, { dt: 1e-3 });
    expect(run(zero, rows)).toEqual(run(none, rows));
    expect(run(none, rows)).not.toEqual(expected);
  });

  it('lets a recurrent weight act one step later, from row to dendrite and neuron', () => {
    const parameters = dynapSe2Parameters({}, 2);
    const twoSteps = (recurrent: Float64Array | undefined) => {
      const layer = referenceLayer(parameters, { dt: 1e-3, recurrent });
      layer.state.imem[0] = 1e-6;
      const silence = new Float64Array(8);
      layer.step(silence);
      const first = layer.readState();
      layer.step(silence);
      return [first, layer.readState()] as const;
    };
    const [alone, joined] = [
      twoSteps(undefined),
      twoSteps(Float64Array.from({ length: 16 }, (_, at) => +(at === 5) * 3)),
    ];
    expect(joined[0]).toEqual(alone[0]);
    const { inmda, ...others } = joined[1];
    const { inmda: _, ...before } = alone[1];
    expect(others).not.toEqual(before);
    expect(joined[1].iampa).toEqual(alone[1].iampa);
    expect(joined[1].igaba).toEqual(alone[1].igaba);
    expect(inmda[0]).toBe(alone[1].inmda[0]);
    // Three units of weight for each of the ceil(ln(10)) = 3 spikes.
    const charge = 1 - Math.exp((-1e-3 * 24.5) / 25);
    expect((inmda[1]! - alone[1].inmda[1]!) / (charge * (100 * 9e-8 - 5e-13))).toBeCloseTo(1, 9);
  });
});

describe('the differentiable layer', () => {
  const trials = 3;
  const all = Array.from({ length: steps }, (_, t) => net.input.flatMap((trial) => trial[t]!));

  it('spikes as the plain layer does, run after run', () => {
    const layer = referenceEngine.differentiable(net.parameters, {
      dt: 1e-3,
      steps,
      batch: trials,
    });
    layer.input.set(all.flat());
    const expected = run(layerOf(net, trials), all).flat();
    for (const _ of [1, 2]) {
      layer.forward(weight);
      expect(Array.from(layer.output)).toEqual(expected);
    }
  });

  it('uses other parameters from the next run on', () => {
    const other = dynapSe2Parameters({ ...net.parameters, Io: 2e-12, Idc: 4e-12 }, 4);
    const layer = referenceEngine.differentiable(net.parameters, { dt: 1e-3, steps, batch: 1 });
    layer.input.set(rows.flat());
    layer.setParameters(other);
    layer.forward(weight);
    const plain = referenceLayer(other, { dt: 1e-3, recurrent: weight });
    expect(Array.from(layer.output)).toEqual(run(plain, rows).flat());
  });

  it('takes parameters of its own for each trial', () => {
    const chips = [1, 2, 3].map((seed) => drawMismatch(net.parameters, { fraction: 0.3 }, seed));
    const names = dynapSe2ParameterNames;
    const joined = names.map((name) => [
      name,
      chips.flatMap((chip) => Array.from(chip[name as 'Io'])),
    ]);
    const { Iscale } = net.parameters;
    const perTrial = dynapSe2Parameters({ ...Object.fromEntries(joined), Iscale }, 12);
    const layer = referenceEngine.differentiable(perTrial, {
      dt: 1e-3,
      steps,
      batch: trials,
      neurons: 4,
    });
    layer.input.set(all.flat());
    layer.forward(weight);
    layer.outputGradient.fill(1);
    const gradient = new Float64Array(weight.length);
    layer.backward(weight, gradient);
    const sum = new Float64Array(weight.length);
    for (const [trial, chip] of chips.entries()) {
      const alone = referenceEngine.differentiable(chip, { dt: 1e-3, steps, batch: 1 });
      alone.input.set(net.input[trial]!.flat());
      alone.forward(weight);
      alone.outputGradient.fill(1);
      alone.backward(weight, sum);
      for (let t = 0; t < steps; t++) {
        const own = t * 12 + trial * 4;
        expect(layer.output.slice(own, own + 4)).toEqual(alone.output.slice(t * 4, t * 4 + 4));
        const channels = t * 48 + trial * 16;
        expect(layer.inputGradient.slice(channels, channels + 16)).toEqual(
          alone.inputGradient.slice(t * 16, t * 16 + 16),
        );
      }
    }
    for (const [at, value] of sum.entries()) expect(gradient[at]! / value).toBeCloseTo(1, 9);
  });
});

describe('the kernel', () => {
  it('has four dendrites, too', () => {
    const layer = kernel().layer(net.parameters, { dt: 1e-3, recurrent: weight });
    const fired = rows.map((row) => Array.from(layer.step(Float64Array.from(row))));
    expect(fired).toEqual(run(layerOf(net), rows));
  });
});
