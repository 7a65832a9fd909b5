/** The conformance suite of engines: what any of them must do, whoever runs it. */

import { number, optionProblems, readAs, readOnce, refuse } from '../options.ts';
import { within } from '../problems.ts';
import type { Engine } from './engine.ts';
import { engineCheck } from './engine.ts';
import { differentiableCases } from './engine-suite-gradients.ts';
import { layerCases } from './engine-suite-layers.ts';
import { learnerCases } from './engine-suite-learner.ts';
import {
  check,
  type EngineCase,
  modelExample,
  refused,
  type SuiteOptions,
  settled,
} from './engine-suite-tasks.ts';
import { type ModelName, modelNames, type NeuronParameters } from './model-table.ts';

export type { EngineCase, SuiteOptions } from './engine-suite-tasks.ts';

/** That an engine refuses what it does not support. */
function refusalCases(engine: Engine, parameters: NeuronParameters): EngineCase[] {
  return [
    {
      name: `${parameters.model}: is refused, as it is not supported`,
      run() {
        refused(() => engine.layer(parameters, { dt: 1e-3 }), 'layer');
        const options = { dt: 1e-3, steps: 2, batch: 1 };
        refused(() => engine.differentiable(parameters, options), 'differentiable');
      },
    },
  ];
}

/**
 * Lists what any engine must do, case by case: for each model that it supports it spikes as the reference does and
 * has its states, however the stream is cut; its state can be read, written and reset; trials do not touch
 * each other; recurrence acts one step later; its gradients are those of the reference, and of finite differences
 * where neurons never spike; what it does not support it refuses. A case throws where the engine fails it.
 *
 * @throws InvalidArgumentError if the engine is none, by the cases
 * @example
 * ```ts
 * for (const { run } of engineSuite(referenceEngine)) run();
 * ```
 */
export function engineSuite(engine: Engine, options: SuiteOptions = {}): EngineCase[] {
  options = readOnce(options);
  engine = readAs(engine, engineCheck);
  let cases: EngineCase[] = [];
  refuse('there is nothing to hold', () => {
    const problems = [
      ...within('engine', engineCheck(engine)),
      ...optionProblems<SuiteOptions>(options, { tolerance: number({ above: 0, max: 1 }) }),
    ];
    if (problems.length === 0) cases = casesOf(engine, settled(options).tolerance);
    return problems;
  });
  return cases;
}

/** The cases of an engine, which is asked what it supports. */
function casesOf(engine: Engine, tolerance: number): EngineCase[] {
  const supported = modelNames.filter((model) => engine.supports(model));
  return [
    {
      name: 'has a name, and supports what there is only',
      run() {
        check(typeof engine.name === 'string' && engine.name !== '', 'it has no name');
        check(!engine.supports('nothing' as ModelName), 'it supports a model that does not exist');
        check(supported.length > 0, 'it supports no model');
      },
    },
    ...modelNames.flatMap((model) => {
      const parameters = modelExample(model, 3, 0).parameters;
      if (!supported.includes(model)) return refusalCases(engine, parameters);
      return [
        ...layerCases(engine, model, tolerance),
        ...differentiableCases(engine, model, tolerance),
        ...learnerCases(engine, model, tolerance),
      ];
    }),
  ];
}
