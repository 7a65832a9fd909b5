import { kernel, referenceEngine } from 'spikeline';
import { type AnalogParameters, type DifferentiableLayer, randomStream } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import {
  type EquationRun as DendriticRun,
  neuronParameters as dendriticParameters,
  runEquations as runDendriticEquations,
} from '#test/neurons/dynap-se2/equations';
import { dendriticNet } from '#test/neurons/dynap-se2/nets';
import { type EquationRun, neuronParameters, runEquations } from '#test/neurons/equations';
import { randomNet } from '#test/neurons/nets';
import {
  dendriticPopulation,
  inputAt,
  layerOf,
  type Population,
  type PopulationConfig,
  population,
  restOf,
  type State,
} from './populations.ts';
import { relativeError, trialParameters } from './tasks.ts';

const tolerance = 1e-5;

/** A differentiable layer of either model. */
type Layer = DifferentiableLayer<AnalogParameters, State>;

/** A differentiable layer of both engines, given the same. */
function pair(
  parameters: AnalogParameters,
  of: Population,
  use: (layer: Layer) => void,
): [Layer, Layer] {
  const { dt, steps, batch, neurons } = of;
  return [kernel(), referenceEngine].map((engine) => {
    const layer: Layer =
      parameters.model === 'dynapSe2'
        ? engine.differentiable(parameters, { dt, steps, batch, neurons })
        : engine.differentiable(parameters, { dt, steps, batch, neurons });
    layer.input.set(of.input);
    use(layer);
    return layer;
  }) as [Layer, Layer];
}

/** Random gradient with respect to the spikes; of one sign, so that sums of few entries keep their digits. */
function slopes({ seed, steps, batch, neurons }: Population): Float64Array {
  const random = randomStream(seed, 'slopes');
  return Float64Array.from({ length: steps * batch * neurons }, () => 0.2 + random.uniform());
}

/** A gradient of zeros for the recurrence. */
function noGradient({ dendrites, neurons }: Population): Float64Array {
  return new Float64Array(dendrites * neurons ** 2);
}

/** A state in the midst of a run, with spikes and closed neurons. */
function busyState(of: Population): State {
  const layer = layerOf(referenceEngine, of);
  for (let t = 0; t < 100; t++) {
    layer.step(inputAt(of, t % of.steps));
    const state = layer.readState();
    if (t > 20 && state.spikes.some((count) => count > 0)) return state;
  }
  throw new Error('no spikes');
}

/** Channels of a row. */
type Channels = Pick<Population, 'dendrites' | 'neurons'>;

/** What belongs to each dendrite, out of rows of channels. */
function byDendrite({ dendrites, neurons }: Channels, values: Float64Array): Float64Array[] {
  return Array.from({ length: dendrites }, (_, dendrite) =>
    values.filter((_, i) => Math.floor(i / neurons) % dendrites === dendrite),
  );
}

/** Each dendrite is held to its own largest entry. */
function expectSame(of: Channels, found: Float64Array, expected: Float64Array): void {
  const own = byDendrite(of, found);
  for (const [dendrite, values] of byDendrite(of, expected).entries()) {
    expect(relativeError(own[dendrite]!, values)).toBeLessThan(tolerance);
    // A single weight may be one that holds nothing back.
    if (values.length > 1) expect(values.some((value) => value !== 0)).toBe(true);
  }
}

function expectPair(of: Population, [found, expected]: [Layer, Layer]): void {
  expect(found.output.findIndex((count, i) => count !== expected.output[i])).toBe(-1);
  expect(found.output.some((count) => count > 0)).toBe(true);
  expectSame(of, found.inputGradient, expected.inputGradient);
}

/** What draws a population of either model. */
type Draw = (config: PopulationConfig) => Population;

/** Currents and capacitances 3000 times as large: more comes back through recurrence and adaptation. */
function scaledPopulation(
  draw: Draw,
  neurons: number,
  batch: number,
  seed: number,
  recurrent = true,
): Population {
  const kind = (['adapting', 'plain', 'strong'] as const)[seed % 3]!;
  const of = draw({ seed, neurons, batch, steps: 40, dt: 1e-3, kind, recurrent });
  const unit = 3e3;
  const scaled = Object.entries(of.parameters).map(([name, value]) => [
    name,
    /^[IC]/.test(name) && value instanceof Float64Array ? value.map((each) => each * unit) : value,
  ]);
  return {
    ...of,
    parameters: {
      ...of.parameters,
      ...Object.fromEntries(scaled),
      Iscale: of.parameters.Iscale * unit,
    },
  };
}

const draws: [string, Draw][] = [
  ['a lumped synapse', population],
  ['four dendrites', dendriticPopulation],
];

/** What a run of the equations leaves, whatever the model. */
interface Recorded {
  readonly choices: readonly (readonly { readonly spikes: number }[])[];
  readonly deviations: readonly (readonly number[])[];
}

/** A random net of either model. */
interface Net {
  readonly parameters: AnalogParameters;
  readonly recurrent: number[][];
  readonly input: number[][][];
}

/** Holds the gradient of the kernel to central differences of the equations. */
function expectAdjoint<Run extends Recorded>(
  { parameters, recurrent, input }: Net,
  seed: number,
  dendrites: number,
  run: (trial: number, frozen: Run | undefined) => Run,
): void {
  const [neurons, trials, steps] = [recurrent.length, input.length, input[0]!.length];
  const random = randomStream(seed, 'slopes');
  const slope = input.map((trial) =>
    trial.map(() => Array.from({ length: neurons }, () => random.normal())),
  );
  const recorded = input.map((_, trial) => run(trial, undefined));
  const loss = (): number => {
    let sum = 0;
    for (const [trial, frozen] of recorded.entries()) {
      for (const [t, row] of run(trial, frozen).deviations.entries()) {
        for (const [n, value] of row.entries()) sum += slope[trial]![t]![n]! * value;
      }
    }
    return sum;
  };
  const difference = (row: number[], at: number): number => {
    const value = row[at]!;
    const central = (h: number): number => {
      row[at] = value + h;
      const up = loss();
      row[at] = value - h;
      const down = loss();
      row[at] = value;
      return (up - down) / (2 * h);
    };
    return (4 * central(5e-4) - central(1e-3)) / 3;
  };
  const flat = (values: readonly (readonly (readonly number[])[])[]): Float64Array =>
    Float64Array.from(
      Array.from({ length: steps }, (_, t) => values.flatMap((trial) => trial[t]!)).flat(),
    );
  const of = { seed, dt: 1e-3, steps, batch: trials, neurons, dendrites };
  const weight = Float64Array.from(recurrent.flat());
  const gradient = new Float64Array(weight.length);
  const [layer] = pair(
    parameters,
    { ...of, kind: 'plain', parameters, weight, input: flat(input) },
    (one) => {
      one.forward(weight);
      one.outputGradient.set(flat(slope));
    },
  );
  layer.backward(weight, gradient);

  const counts = recorded.map(({ choices }) =>
    choices.map((row) => row.map(({ spikes }) => spikes)),
  );
  expect(layer.output).toEqual(flat(counts));
  const inputs = input.map((trial) => trial.map((row) => row.map((_, at) => difference(row, at))));
  expectSame({ dendrites, neurons }, layer.inputGradient, flat(inputs));
  const weights = recurrent.flatMap((row) => row.map((_, at) => difference(row, at)));
  expectSame({ dendrites, neurons }, gradient, Float64Array.from(weights));
}

describe.each(draws)('the differentiable layer of the kernel, with %s,', (_, draw) => {
  const sizes = [
    [1, 1],
    [1, 4],
    [1, 5],
    [1, 9],
    [2, 2],
    [2, 5],
    [3, 2],
    [4, 3],
    [5, 2],
    [8, 1],
    [17, 2],
  ] as const;

  it.each(sizes)(
    'does as the reference from rest, with %s neurons in %s trials',
    (neurons, batch) => {
      for (const seed of [1, 2]) {
        const of = scaledPopulation(draw, neurons, batch, seed);
        const gradients: Float64Array[] = [];
        const both = pair(of.parameters, of, (layer) => {
          const gradient = noGradient(of);
          layer.forward(of.weight);
          layer.outputGradient.set(slopes(of));
          layer.backward(of.weight, gradient);
          gradients.push(gradient);
        });
        expectPair(of, both);
        expectSame(of, gradients[0]!, gradients[1]!);
      }
    },
  );

  it.each(sizes)('does so from a state with spikes, %s neurons in %s trials', (neurons, batch) => {
    for (const seed of [1, 2, 3]) {
      const of = scaledPopulation(draw, neurons, batch, seed);
      const start = busyState(of);
      expect(start.timerRef.some((seconds) => seconds > 0)).toBe(true);
      const gradients: Float64Array[] = [];
      const both = pair(of.parameters, of, (layer) => {
        const gradient = noGradient(of);
        layer.setStart(start);
        layer.forward(of.weight);
        layer.outputGradient.set(slopes(of));
        layer.backward(of.weight, gradient);
        gradients.push(gradient);
      });
      expectPair(of, both);
      expectSame(of, gradients[0]!, gradients[1]!);
      const rest = pair(of.parameters, of, (layer) => layer.forward(of.weight));
      expect(Array.from(rest[0].output)).not.toEqual(Array.from(both[0].output));
    }
  });

  it.each(sizes)('does so without recurrence, %s neurons in %s trials', (neurons, batch) => {
    const of = scaledPopulation(draw, neurons, batch, 2, false);
    expectPair(
      of,
      pair(of.parameters, of, (layer) => {
        layer.forward(undefined);
        layer.outputGradient.set(slopes(of));
        layer.backward(undefined, undefined);
      }),
    );
  });

  it.each(sizes)(
    'does so where trials differ in parameters, %s neurons in %s',
    (neurons, batch) => {
      const of = scaledPopulation(draw, neurons, batch, 2);
      const [own, other] = [1, 2].map((seed) => trialParameters(of.parameters, batch, seed, 0));
      const both = pair(own!, of, (layer) => {
        layer.forward(of.weight);
        layer.outputGradient.set(slopes(of));
        layer.backward(of.weight, noGradient(of));
      });
      expectPair(of, both);
      const before = Array.from(both[0].output);
      for (const layer of both) {
        layer.setParameters(other!);
        layer.forward(of.weight);
        layer.backward(of.weight, noGradient(of));
      }
      expectPair(of, both);
      expect(Array.from(both[0].output)).not.toEqual(before);
    },
  );

  it('takes parameters for every trial after it had one set for all, and the other way', () => {
    const of = scaledPopulation(draw, 3, 3, 2);
    const own = trialParameters(of.parameters, 3, 1, 0);
    const both = pair(of.parameters, of, (layer) => layer.setParameters(own));
    for (const next of [own, of.parameters, own]) {
      for (const layer of both) {
        layer.setParameters(next);
        layer.forward(of.weight);
        layer.outputGradient.set(slopes(of));
        layer.backward(of.weight, noGradient(of));
      }
      expectPair(of, both);
    }
  });

  it('adds to the gradient of the recurrence, and takes none', () => {
    const of = scaledPopulation(draw, 5, 2, 1);
    const gradients = [noGradient(of), noGradient(of).fill(0.5)];
    const [layer] = pair(of.parameters, of, (one) => {
      one.forward(of.weight);
      one.outputGradient.set(slopes(of));
    });
    layer.backward(of.weight, gradients[0]);
    const input = layer.inputGradient.slice();
    layer.forward(of.weight);
    layer.backward(of.weight, gradients[1]);
    expect(
      relativeError(
        gradients[1]!.map((value) => value - 0.5),
        gradients[0]!,
      ),
    ).toBeLessThan(1e-9);
    layer.forward(of.weight);
    layer.backward(of.weight, undefined);
    expect(layer.inputGradient).toEqual(input);
  });

  it('goes back as often as it is asked to after one run', () => {
    const of = scaledPopulation(draw, 3, 2, 1);
    const [layer] = pair(of.parameters, of, (one) => one.forward(of.weight));
    const first = slopes(of);
    const back = (values: Float64Array): Float64Array => {
      layer.outputGradient.set(values);
      layer.backward(of.weight, noGradient(of));
      return layer.inputGradient.slice();
    };
    const once = back(first);
    expect(once.some((value) => value !== 0)).toBe(true);
    const twice = back(first.map((value) => 2 * value));
    expect(
      relativeError(
        twice.map((value) => value / 2),
        once,
      ),
    ).toBeLessThan(1e-9);
    expect(back(first)).toEqual(once);
  });

  it('runs anew from its start, on the input, weights and parameters of now', () => {
    const of = scaledPopulation(draw, 4, 2, 2);
    const input = of.input.map((value, i) => value + (i % 7));
    const weight = of.weight!.map((value) => 0.5 - value);
    const both = pair(of.parameters, of, (layer) => {
      layer.setStart(busyState(of));
      layer.forward(of.weight);
      layer.outputGradient.set(slopes(of));
      layer.backward(of.weight, noGradient(of));
      layer.input.set(input);
      layer.forward(weight);
      layer.backward(weight, noGradient(of));
    });
    expectPair(of, both);
    for (const layer of both) {
      layer.forward(undefined);
      layer.backward(undefined, undefined);
    }
    expectPair(of, both);
  });

  it('keeps its start, in amperes, when parameters change', () => {
    const of = scaledPopulation(draw, 3, 2, 1);
    const start = busyState(of);
    const other = { ...of.parameters, Io: of.parameters.Io.map((value) => value / 3) };
    const both = pair(of.parameters, of, (layer) => {
      layer.setStart(start);
      layer.setParameters(other);
      layer.forward(of.weight);
      layer.outputGradient.set(slopes(of));
      layer.backward(of.weight, noGradient(of));
    });
    expectPair(of, both);
  });

  it('starts beyond the threshold too, as after other parameters', () => {
    const of = scaledPopulation(draw, 4, 2, 1);
    const start = restOf(of);
    for (let lane = 0; lane < 8; lane++) {
      start.imem[lane] = (of.parameters.Ispkthr[lane % 4]! * (lane + 1)) / 2;
    }
    const both = pair(of.parameters, of, (layer) => {
      layer.setStart(start);
      layer.forward(of.weight);
      layer.outputGradient.set(slopes(of));
      layer.backward(of.weight, noGradient(of));
    });
    expectPair(of, both);
  });
});

describe('the differentiable layer of the kernel', () => {
  it.each([3, 6, 9, 12])(
    'goes back through adaptation where nothing else can, on net %s',
    (seed) => {
      // Synapses forget at once and spikes reset the membrane, so that early steps matter to the last five only
      // through adaptation. Each step is held to its own largest entry.
      const of = scaledPopulation(population, 4, 1, seed, false);
      const hundredfold = Object.entries(of.parameters).map(([name, values]) => [
        name,
        /^(Itau|Igain)_syn$/.test(name)
          ? (values as Float64Array).map((each) => 100 * each)
          : values,
      ]);
      const fast: AnalogParameters = { ...of.parameters, ...Object.fromEntries(hundredfold) };
      const weak = { ...of, input: of.input.map((value) => Math.abs(value) / 20) };
      const [found, expected] = pair(fast, weak, (layer) => {
        layer.forward(undefined);
        layer.outputGradient.fill(1, of.input.length - 20);
        layer.backward(undefined, undefined);
      });
      expect(found.output).toEqual(expected.output);
      let seen = 0;
      for (let t = 0; t < 30; t++) {
        const at = (values: Float64Array): Float64Array => values.subarray(4 * t, 4 * t + 4);
        if (at(expected.inputGradient).every((value) => value === 0)) continue;
        const error = relativeError(at(found.inputGradient), at(expected.inputGradient));
        expect(error).toBeLessThan(1e-4);
        seen++;
      }
      expect(seen).toBeGreaterThan(10);
    },
  );
});

// As for the reference (test/neuron/adjoint.test.ts): around a recorded run, with all discrete choices
// frozen, the equations are smooth, and their derivative, by central differences in float64, is what the
// adjoint promises.
describe('the adjoint of the kernel', () => {
  const shape = { neurons: 3, steps: 30, trials: 2 };

  it.each([1, 2, 3, 4, 5, 6])('equals finite differences on net %s', (seed) => {
    const net = randomNet(seed, { ...shape, unit: 1e3 });
    const single = net.recurrent.map((_, n) => neuronParameters(net.parameters, n));
    expectAdjoint(net, seed, 1, (trial, frozen: EquationRun | undefined) =>
      runEquations(single, 1e-3, net.input[trial]!, net.recurrent, frozen),
    );
  });

  it.each([1, 2, 3, 4])('equals finite differences on net %s with four dendrites', (seed) => {
    const net = dendriticNet(seed, { ...shape, steps: 16, unit: 1e3 });
    const single = net.recurrent.map((_, n) => dendriticParameters(net.parameters, n));
    expectAdjoint(net, seed, 4, (trial, frozen: DendriticRun | undefined) =>
      runDendriticEquations(single, 1e-3, net.input[trial]!, net.recurrent, frozen),
    );
  });
});
