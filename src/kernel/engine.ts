/** The WebAssembly kernel as an engine. */
import { InvalidArgumentError } from '../errors.ts';
import { type Engine, referenceEngine } from '../neurons/engine.ts';
import type {
  DifferentiableLayer,
  DifferentiableOptions,
  LayerOptions,
  NeuronLayer,
} from '../neurons/layer.ts';
import { checkDifferentiable, checkLayer } from '../neurons/layer-guard.ts';
import type { NeuronParameters, StateOf } from '../neurons/model-table.ts';
import {
  flag,
  noteBuilt,
  number,
  type OptionTable,
  optionProblems,
  readItem,
  readOnce,
} from '../options.ts';
import { fault } from '../problems.ts';
import { kernelChain } from './chain.ts';
import { fastestCode, wasmCode } from './code.ts';
import { kernelDifferentiableLayer } from './differentiable-layer.ts';
import { kernelLayer } from './layer.ts';
import { kernelLearner, threadedLearner } from './learner.ts';
import { kernelModelOf, kernelSupports } from './models.ts';
import { kernelFeatures } from './module.ts';

/** Configuration of {@link kernel}. */
export interface KernelConfig {
  /**
   * Worker threads that train and evaluate; if left out, the thread that asks does so itself. With one, it stays free
   * all the same. Numbers do not depend on it. Where memory cannot be shared, it has no effect.
   */
  readonly threads?: number;
  /**
   * Whether machine code may compute where there is some for this processor: it rounds otherwise than WebAssembly does, so
   * whoever wants the same numbers on all machines says `false`. The default is true.
   */
  readonly native?: boolean;
}

const configTable: OptionTable<KernelConfig> = {
  threads: number({ min: 1, max: 256, whole: true }),
  native: flag,
};

/**
 * The WebAssembly kernel as an engine: float32, four lanes at a time. Uses relaxed SIMD where the machine has
 * it.
 *
 * @throws InvalidArgumentError if the number of threads makes no sense, or there is no SIMD
 * @example
 * ```ts
 * const net = pipeline(dynapSim({ neurons: 2, Idc: 1e-10 }));
 * simulator({ engine: kernel() }).start(net, { next: () => {}, error: () => {}, complete: () => {} });
 * ```
 */
export function kernel(config: KernelConfig = {}): Engine {
  config = readOnce(config, configTable);
  const { simd, shared } = kernelFeatures();
  const problems = optionProblems(config, configTable);
  if (!simd) {
    problems.push(
      fault('', 'unsupported', 'this machine has no WebAssembly SIMD; use referenceEngine'),
    );
  }
  if (problems.length > 0) throw new InvalidArgumentError('the kernel cannot start', problems);
  const code = config.native === false ? wasmCode() : fastestCode();
  const threads = shared ? config.threads : undefined;
  return noteBuilt<Engine>({
    name: code.name,
    supports: kernelSupports,
    // A layer of the model of its parameters takes and gives states of that model.
    layer: <P extends NeuronParameters>(parameters: P, options: LayerOptions) => {
      parameters = readItem(parameters);
      options = readItem(options);
      checkLayer(parameters, options);
      const layer = kernelLayer(kernelModelOf(parameters), parameters, options, code);
      return layer as object as NeuronLayer<StateOf<P>>;
    },
    differentiable: <P extends NeuronParameters>(parameters: P, options: DifferentiableOptions) => {
      parameters = readItem(parameters);
      options = readItem(options);
      checkDifferentiable(parameters, options, Number.POSITIVE_INFINITY);
      const model = kernelModelOf(parameters);
      const layer = kernelDifferentiableLayer(model, parameters, options, code);
      return layer as object as DifferentiableLayer<P, StateOf<P>>;
    },
    chain: kernelChain(code, threads),
    learner: (problem) =>
      threads === undefined
        ? kernelLearner(problem, code)
        : threadedLearner(problem, threads, code),
  });
}

let chosen: Engine | undefined;

/** The engine of those who choose none: the kernel, or the reference with one warning where there is no SIMD. */
export function defaultEngine(): Engine {
  if (chosen !== undefined) return chosen;
  const { simd } = kernelFeatures();
  if (!simd) {
    // biome-ignore lint/suspicious/noConsole: the one place where a user would look for it
    console.warn(
      'spikeline: this machine has no WebAssembly SIMD; neurons are computed by the reference, which is slower',
    );
  }
  chosen = simd ? kernel() : referenceEngine;
  return chosen;
}
