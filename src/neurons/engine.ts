/** The contract of whatever computes neurons, and the float64 reference behind it. */
import { type Check, flag, keeping, noteBuilt, readItem, text } from '../options.ts';
import type { Chain, ChainOptions, ChainProblem } from './chain.ts';
import type {
  DifferentiableLayer,
  DifferentiableOptions,
  LayerOptions,
  NeuronLayer,
} from './layer.ts';
import { checkDifferentiable, checkLayer } from './layer-guard.ts';
import type { Learner, LearningProblem } from './learner.ts';
import {
  type ModelName,
  modelNames,
  modelOf,
  type NeuronParameters,
  type StateOf,
} from './model-table.ts';
import { differentiablePopulation, runningPopulation, type StatefulLayer } from './population.ts';

/**
 * What computes neurons. The trainer, the simulator and the virtual board ask an engine for their
 * populations and never compute a neuron themselves, so that a faster one can take over.
 */
export interface Engine {
  /** Name for logs and tables. */
  readonly name: string;
  /** Whether differentiable populations can run part of their steps; all at once if left out. */
  readonly ranges?: boolean;
  /** Whether it computes neurons of a model; what it does not, the reference does: see `computing`. */
  supports(model: ModelName): boolean;
  /**
   * Makes a population that runs.
   *
   * @throws InvalidArgumentError if it does not support the model, or cannot hold so much
   */
  layer<Parameters extends NeuronParameters>(
    parameters: Parameters,
    options: LayerOptions,
  ): NeuronLayer<StateOf<Parameters>>;
  /**
   * Makes a population whose runs can be differentiated. Parameters hold one value per neuron, or one per
   * trial and neuron, `[trials][neurons]`; then `neurons` tells how many there are.
   *
   * @throws InvalidArgumentError if it does not support the model, or cannot hold so much
   */
  differentiable<Parameters extends NeuronParameters>(
    parameters: Parameters,
    options: DifferentiableOptions,
  ): DifferentiableLayer<Parameters, StateOf<Parameters>>;
  /**
   * Makes a learner that does whole epochs by itself, of neurons of the models that it supports; an engine without leaves
   * them to the trainer.
   */
  readonly learner?: (problem: LearningProblem) => Learner;
  /**
   * Makes a chain of populations that it runs as one, of models that it supports. An engine without leaves them to whoever
   * asks.
   *
   * @throws InvalidArgumentError if it cannot hold so much
   */
  readonly chain?: (problem: ChainProblem, options: ChainOptions) => Chain;
}

/**
 * Makes the float64 reference of a population, whose state is at hand.
 *
 * @throws InvalidArgumentError with all problems of the parameters and options
 * @example
 * ```ts
 * const layer = referenceLayer(dynapSe2Parameters({}, 1), { dt: 1e-3 });
 * layer.step(Float64Array.of(3, 0, 0, 0)); // Float64Array [0]; three units of weight on AMPA
 * layer.state.iampa.length; // 1
 * ```
 */
export function referenceLayer<Parameters extends NeuronParameters>(
  parameters: Parameters,
  options: LayerOptions,
): StatefulLayer<StateOf<Parameters>> {
  parameters = readItem(parameters);
  options = readItem(options);
  checkLayer(parameters, options);
  const { dt, recurrent, batch = 1 } = options;
  const model = modelOf(parameters);
  return runningPopulation(
    model.running(parameters, dt, batch),
    model.signals(parameters),
    recurrent,
  );
}

/** The float64 reference: readable, and the meaning that every other engine is held to. */
export const referenceEngine: Engine = noteBuilt<Engine>({
  name: 'reference',
  ranges: true,
  supports: (model) => modelNames.includes(model),
  layer: referenceLayer,
  differentiable(parameters, options) {
    parameters = readItem(parameters);
    options = readItem(options);
    checkDifferentiable(parameters, options);
    const model = modelOf(parameters);
    const { dt, steps, batch, neurons = model.neurons(parameters) } = options;
    return differentiablePopulation(
      model.taped(parameters, { dt, steps, batch, neurons }),
      options,
    );
  },
});

/** Checks that something is an engine. */
export const engineCheck: Check = keeping('an engine', {
  methods: ['supports', 'layer', 'differentiable'],
  may: ['learner', 'chain'],
  says: { name: text, ranges: (value) => (value === undefined ? [] : flag(value)) },
});

/** What is asked of an engine beside the model. */
export interface EngineNeeds {
  /** Whether differentiable populations are to run part of their steps. */
  readonly ranges?: boolean;
}

/**
 * The engine that computes neurons of a model: the one that is asked where it can, or the reference.
 *
 * @example
 * ```ts
 * computing(kernel(), 'lif', { ranges: true }).name; // 'reference'
 * ```
 */
export function computing(
  engine: Engine,
  model: ModelName,
  { ranges = false }: EngineNeeds = {},
): Engine {
  return engine.supports(model) && (!ranges || engine.ranges === true) ? engine : referenceEngine;
}
