/** Tells how good a network would be once deployed, without a chip. */
import { InvalidArgumentError } from '../errors.ts';
import type { SpikeRaster } from '../events/spike-raster.ts';
import { drawMismatch, type Mismatch, mismatchCheck } from '../neurons/mismatch.ts';
import { type AnalogParameters, isAnalog } from '../neurons/model-table.ts';
import { combineParameters } from '../neurons/parameter-set.ts';
import { callback, number, type OptionTable, optionProblems, readOnce } from '../options.ts';
import { pipelineProblems } from '../pipeline/guard.ts';
import { type Pipeline, withStages } from '../pipeline/pipeline.ts';
import { startPipeline } from '../pipeline/run.ts';
import { within } from '../problems.ts';
import { deploy } from './deploy.ts';

/** How a network is assessed. */
export interface AssessOptions {
  /** Simulated chips, each with a mismatch of its own; 12 if left out. */
  readonly chips?: number;
  /** Mismatch of the chips; 30 % if left out. */
  readonly mismatch?: Mismatch;
  /** Seed of the mismatch; 0 if left out. */
  readonly seed?: number;
  /** Puts the weights into the bits of a chip; as `deploy` does if left out. */
  readonly quantise?: (pipeline: Pipeline) => Pipeline;
}

/** What becomes of a network on its way to a chip: as it is, with its weights in few bits, and so on a chip. */
export type AssessedAs = 'simulated' | 'quantised' | 'chip';

/** Runs a network on an input, from rest. */
export type AssessedRun = (input: SpikeRaster) => SpikeRaster;

/** Scores of a network in all that becomes of it. */
export interface Assessment<Score> {
  /** As it is. */
  readonly simulated: Score;
  /** With its weights in few bits. */
  readonly quantised: Score;
  /** With its weights in few bits, on each simulated chip. */
  readonly chips: readonly Score[];
}

const table: OptionTable<AssessOptions> = {
  chips: number({ min: 0, max: 4096, whole: true }),
  mismatch: mismatchCheck,
  seed: number({ min: 0, whole: true }),
  quantise: callback,
};

/** What is left of a value that a draw has taken to zero or below, which no silicon has. */
const leastPart = 1e-3;

/** Drawn parameters as silicon can have them: with a great mismatch some come out below zero. */
function flowing<P extends AnalogParameters>(drawn: P, nominal: P): P {
  return combineParameters([drawn, nominal], ([values, means]) =>
    values!.map((value, i) => (value > 0 ? value : leastPart * means![i]!)),
  );
}

/** A network on a simulated chip. Populations after the first draw by their names too. */
function onChip(pipeline: Pipeline, mismatch: Mismatch, seed: number, chip: number): Pipeline {
  let drawn = 0;
  const stages = pipeline.stages.map((stage) => {
    const { parameters, name } = stage;
    if (parameters === undefined || !isAnalog(parameters)) return stage;
    const labels = drawn++ === 0 ? [chip] : [chip, name];
    const own = drawMismatch(parameters, mismatch, seed, 'assess', ...labels);
    return { ...stage, parameters: flowing(own, parameters) } as typeof stage;
  });
  return withStages(pipeline, stages);
}

/**
 * Assesses a network by what counts after deployment: scores it as it is, with its weights in four bits, and so on
 * simulated chips of some mismatch. While a network trains, its loss keeps falling when it has long grown too strong
 * for four bits and for mismatch; keep the one whose score on the chips is best.
 *
 * @param score runs the network on whatever inputs it likes and tells how good it was
 * @throws InvalidArgumentError with all problems
 * @throws UnsupportedPipelineError if the network has no place on a chip
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[4, 1]] }), dynapSim({ neurons: 2 }));
 * const input = poissonRaster({ channels: 1, rate: 100, duration: 0.1, seed: 1 });
 * const { chips } = assess(net, (run) => firingRateRatio(channelRates(run(input)), 0), { chips: 3 });
 * chips.length; // 3
 * ```
 */
export function assess<Score>(
  pipeline: Pipeline,
  score: (run: AssessedRun, as: AssessedAs) => Score,
  options: AssessOptions = {},
): Assessment<Score> {
  options = readOnce(options, table);
  const problems = [
    ...pipelineProblems(pipeline),
    ...within('score', callback(score)),
    ...optionProblems(options, table),
  ];
  if (problems.length > 0) throw new InvalidArgumentError('nothing can be assessed', problems);
  const { chips = 12, mismatch = { fraction: 0.3 }, seed = 0 } = options;
  const { quantise = (net: Pipeline) => deploy(net).quantised } = options;
  const scoreOf = (net: Pipeline, as: AssessedAs): Score => {
    const running = startPipeline(net);
    return score((input) => {
      running.reset();
      return running.process(input);
    }, as);
  };
  const coarse = quantise(pipeline);
  return {
    simulated: scoreOf(pipeline, 'simulated'),
    quantised: scoreOf(coarse, 'quantised'),
    chips: Array.from({ length: chips }, (_, i) =>
      scoreOf(onChip(coarse, mismatch, seed, i), 'chip'),
    ),
  };
}
