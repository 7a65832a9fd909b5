import { type Engine, kernel, referenceEngine } from 'spikeline';
import { engineSuite, type NeuronLayer, type NeuronParameters } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { computing } from '#src/neurons/engine';
import { modelNames } from '#src/neurons/model-table';

describe.each([
  ['the reference', referenceEngine],
  ['the kernel', kernel()],
])('%s', (_, engine) => {
  it.each(engineSuite(engine).map(({ name, run }) => [name, run] as const))('%s', (__, run) => {
    run();
  });
});

/** Whether an engine fails a case, whose name is given without the models. */
function fails(engine: Engine, wanted: string): boolean {
  return engineSuite(engine)
    .filter(({ name }) => name.replace(/^\w+: /, '') === wanted)
    .some(({ run }) => {
      try {
        run();
        return false;
      } catch {
        return true;
      }
    });
}

/** The reference with layers that are changed. */
function withLayers(
  change: (layer: NeuronLayer<unknown>) => Partial<NeuronLayer<unknown>>,
): Engine {
  return {
    ...referenceEngine,
    layer(parameters, options) {
      const layer = referenceEngine.layer(parameters, options);
      return { ...layer, ...(change(layer as NeuronLayer<unknown>) as Partial<typeof layer>) };
    },
  };
}

/** Parameters of which one array is scaled. */
function scaled<P extends NeuronParameters>(parameters: P, factor: number): P {
  const entries = Object.entries<unknown>({ ...parameters }).map(([name, value]) => [
    name,
    /^(Itau_mem|resistance)$/.test(name) && value instanceof Float64Array
      ? value.map((each) => factor * each)
      : value,
  ]);
  return Object.fromEntries(entries) as P;
}

describe('an engine that is broken on purpose', () => {
  const broken: [string, Engine, string][] = [
    [
      'neurons of another leak',
      {
        ...referenceEngine,
        layer: (parameters, options) => referenceEngine.layer(scaled(parameters, 1.01), options),
      },
      'gives what the reference gives, step by step, and has its states',
    ],
    [
      'a reset that does nothing',
      withLayers(() => ({ reset: () => {} })),
      'does the same again after a reset',
    ],
    [
      'a state that is not written',
      withLayers(() => ({ writeState: () => {} })),
      'goes on elsewhere from a state that was read',
    ],
    [
      'a run that starts anew',
      withLayers((layer) => ({
        run(input, output) {
          layer.reset();
          layer.run(input, output);
        },
      })),
      'gives the same however the stream is cut',
    ],
    [
      'an input that it writes to',
      withLayers((layer) => ({
        step(input) {
          const output = layer.step(input);
          input.fill(0);
          return output;
        },
      })),
      'leaves its input as it is',
    ],
    [
      'recurrence that is left out',
      {
        ...referenceEngine,
        layer: (parameters, { recurrent: _, ...options }) =>
          referenceEngine.layer(parameters, options),
      },
      'counts recurrent weights of zero as none, and others not',
    ],
    [
      'signals of another name',
      withLayers(() => ({ signals: ['current'] })),
      'has states like those of the reference, copied when they are read',
    ],
    [
      'gradients of other neurons',
      {
        ...referenceEngine,
        differentiable: (parameters, options) =>
          referenceEngine.differentiable(scaled(parameters, 1.01), options),
      },
      'goes forward and back as the reference does',
    ],
    [
      'a gradient that is too large',
      {
        ...referenceEngine,
        differentiable(parameters, options) {
          const layer = referenceEngine.differentiable(parameters, options);
          return {
            ...layer,
            backward(...given) {
              layer.backward(...given);
              for (let i = 0; i < layer.inputGradient.length; i++) layer.inputGradient[i]! *= 1.01;
            },
          };
        },
      },
      'has the gradient of finite differences',
    ],
    [
      'parameters that are not changed',
      {
        ...referenceEngine,
        differentiable: (parameters, options) => ({
          ...referenceEngine.differentiable(parameters, options),
          setParameters: () => {},
        }),
      },
      'uses other parameters from the next run on',
    ],
    [
      'ranges that are whole runs',
      {
        ...referenceEngine,
        differentiable(parameters, options) {
          const layer = referenceEngine.differentiable(parameters, options);
          return { ...layer, forward: (recurrent) => layer.forward(recurrent) };
        },
      },
      'runs part of its steps, and goes back through them',
    ],
    [
      'models that it supports by mistake',
      { ...referenceEngine, supports: () => true },
      'has a name, and supports what there is only',
    ],
    [
      'models that it does not support and computes all the same',
      { ...referenceEngine, supports: (model) => model === 'lif' },
      'is refused, as it is not supported',
    ],
  ];

  it.each(broken)('is found out by its case: %s', (_, engine, name) => {
    expect(fails(engine, name)).toBe(true);
  });
});

describe('computing', () => {
  it('asks the engine where it can, and the reference where not', () => {
    const engine = kernel();
    expect(modelNames.filter((model) => computing(engine, model) !== engine)).toEqual([]);
    const analog: Engine = { ...engine, supports: (model) => model.startsWith('dynap') };
    expect(computing(analog, 'dynapSe2')).toBe(analog);
    expect(computing(analog, 'lif')).toBe(referenceEngine);
    expect(computing(engine, 'dynapSim', { ranges: true }).name).toBe('reference');
    expect(computing(referenceEngine, 'dynapSim', { ranges: true })).toBe(referenceEngine);
  });
});
