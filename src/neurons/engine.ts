import {
  type DendriticDifferentiableLayer,
  referenceDendriticDifferentiableLayer,
  referenceDendriticLayer,
} from './dynap-se2/layer.ts';
import type { DynapSe2Parameters } from './dynap-se2/parameters.ts';
import type { DynapSe2State } from './dynap-se2/state.ts';
import {
  type DifferentiableLayer,
  type NeuronLayer,
  referenceDifferentiableLayer,
  referenceLayer,
} from './dynap-sim/layer.ts';
import type { DynapSimParameters } from './dynap-sim/parameters.ts';
import type { Learner, LearningProblem } from './learner.ts';

/**
 * What computes neurons. The trainer, the simulator and the virtual board ask an engine for their
 * populations and never compute a neuron themselves, so that a faster one can take over.
 */
export interface Engine {
  /** Name for logs and tables. */
  readonly name: string;
  /** Makes a population that runs. */
  layer(
    parameters: DynapSimParameters,
    recurrent: Float64Array | undefined,
    dt: number,
    batch?: number,
  ): NeuronLayer;
  /**
   * Makes a population whose runs can be differentiated. Parameters hold one value per neuron, or one per
   * trial and neuron, `[trials][neurons]`; then `neurons` tells how many there are.
   */
  differentiableLayer(
    parameters: DynapSimParameters,
    dt: number,
    steps: number,
    batch: number,
    neurons?: number,
  ): DifferentiableLayer;
  /**
   * Makes a population of DYNAP-SE2 neurons that runs. It takes `4 × neurons` input channels, channel
   * `dendrite·neurons + neuron`; recurrent weights are `[pre][channel]`.
   */
  dendriticLayer(
    parameters: DynapSe2Parameters,
    recurrent: Float64Array | undefined,
    dt: number,
    batch?: number,
  ): NeuronLayer<DynapSe2State>;
  /** Makes a population of DYNAP-SE2 neurons whose runs can be differentiated; parameters as above. */
  dendriticDifferentiableLayer(
    parameters: DynapSe2Parameters,
    dt: number,
    steps: number,
    batch: number,
    neurons?: number,
  ): DendriticDifferentiableLayer;
  /**
   * Makes a learner that does whole epochs by itself, of neurons of either model; an engine without leaves them to the
   * trainer.
   */
  readonly learner?: (problem: LearningProblem) => Learner;
}

/** The float64 reference: readable, and the meaning that every other engine is held to. */
export const referenceEngine: Engine = {
  name: 'reference',
  layer: referenceLayer,
  differentiableLayer: referenceDifferentiableLayer,
  dendriticLayer: referenceDendriticLayer,
  dendriticDifferentiableLayer: referenceDendriticDifferentiableLayer,
};
