/** What a pipeline becomes on a chip: populations, and the weights on every way that spikes take to them. */
import type { AnalogParameters } from '../neurons/model-table.ts';
import { fault, type Problem, problem, within } from '../problems.ts';
import type { ChipConstants, ChipPopulation } from '../stages/chip-form.ts';
import { chipForm } from '../stages/stage.ts';
import { Follower, type StageProblem, scaled, type Way, type WayWeights } from './chip-ways.ts';
import type { Pipeline } from './pipeline.ts';
import { placesOf } from './walk.ts';

/** A way on which spikes reach a population. */
export interface ChipSource {
  /** Name of the population that sends; null if it is the input of the pipeline. */
  readonly from: string | null;
  /** First channel of the sender that the weights belong to. */
  readonly pre: number;
  /** First input channel of the population that the weights belong to. */
  readonly post: number;
  /** Weights, with all factors on the way; units of `Iscale`. */
  readonly weights: WayWeights;
  /** Name of the stage whose trainable weights they come from; undefined if none on the way has any. */
  readonly stage: string | undefined;
}

/** A population on a chip. */
export interface ChipNeurons {
  /** Name of its stage. */
  readonly name: string;
  /** Neurons. */
  readonly size: number;
  /** Input channels: as many as neurons, or one for each dendrite of each. */
  readonly channels: number;
  /** Parameters, one value per neuron. */
  readonly parameters: AnalogParameters;
  /** All ways on which spikes reach it; its own recurrence, from itself, is the last. */
  readonly sources: readonly ChipSource[];
}

/** A pipeline as a chip sees it. */
export interface ChipGraph {
  /** Populations in the order of their stages. */
  readonly populations: readonly ChipNeurons[];
  /** Name of the population whose spikes leave the pipeline. */
  readonly output: string;
  /** Everything that a chip has no counterpart for; sizes are not in it. */
  readonly problems: readonly StageProblem[];
}

/** Weights of one for neurons that take their input as it is. */
function plainWeights(size: number): WayWeights {
  return { form: 'diagonal', factors: new Float64Array(size).fill(1) };
}

/** A way that ends at a population, with what its weights take over from it. */
function arrived(
  way: Way,
  { takenOver, converted }: ChipPopulation,
  name: string,
  follower: Follower,
): ChipSource {
  const { from, pre, post, channels, stage } = way;
  if (way.weights === undefined) {
    const at = takenOver?.findIndex((factor) => factor !== 1) ?? -1;
    if (takenOver !== undefined && at >= 0) {
      const needed = 'times resistance; put a linear stage before it, whose weights take it over';
      follower.say(name, problem(`inputWeight[${at}]`, 'unsupported', takenOver[at], needed));
    }
    if (from !== null) {
      const needed = `${from} feeds ${name} without weights; put a linear between them`;
      follower.say(name, fault('', 'unsupported', needed));
    } else if (converted) {
      const needed = `${name} takes its input without weights; put a linear before it`;
      follower.say(name, fault('', 'unsupported', needed));
    }
    return { from, pre, post, weights: plainWeights(channels), stage };
  }
  const through = takenOver === undefined ? way : scaled(way, takenOver);
  return { from, pre, post, weights: through.weights!, stage };
}

/** The population whose spikes leave a pipeline, behind whatever only hands them on. */
function outputOf(pipeline: Pipeline, follower: Follower): string {
  const ways = follower.out(placesOf(pipeline).get(pipeline.output)!);
  const [way] = ways;
  if (way?.from != null && ways.length === 1 && way.weights === undefined && !way.delayed) {
    return way.from;
  }
  if (ways.length > 0) {
    const needed = 'what leaves the pipeline must be the spikes of one population as they are';
    follower.say(pipeline.output, fault('', 'unsupported', needed));
  }
  return pipeline.output;
}

/**
 * Works out what a pipeline becomes on a chip, and lists everything that has no counterpart there. Factors on the way
 * are in the weights, in the order in which they act.
 *
 * @param constants of the chip that neurons are converted for
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[1]] }), lif({ neurons: 1, tauMem: 0.02, leak: 1 }));
 * chipGraph(net).problems.map(({ stage, problem }) => `${stage}.${problem.path}`); // ["lif1.tauSyn", "lif1.leak[0]"]
 * ```
 */
export function chipGraph(pipeline: Pipeline, constants: ChipConstants = {}): ChipGraph {
  const forms = pipeline.stages.map((stage) => chipForm(stage, constants));
  const follower = new Follower(pipeline, forms);
  const populations: ChipNeurons[] = [];
  for (const [place, { name, channelsIn, channelsOut }] of pipeline.stages.entries()) {
    const form = forms[place]!;
    if (form.form === 'none') for (const found of form.problems) follower.say(name, found);
    if (form.form !== 'population') {
      follower.out(place);
      continue;
    }
    const sources = follower.into(place, 0).map((way) => arrived(way, form, name, follower));
    const own = form.recurrent;
    const back: ChipSource[] =
      own === undefined
        ? []
        : [{ from: name, pre: 0, post: 0, weights: { form: 'matrix', matrix: own }, stage: name }];
    populations.push({
      name,
      size: channelsOut,
      channels: channelsIn,
      parameters: form.parameters,
      sources: [...sources, ...back],
    });
  }
  const none = forms.every(({ form }) => form !== 'population' && form !== 'none');
  if (none) follower.say('', fault('', 'missing', 'there are no neurons'));
  const output = none ? pipeline.output : outputOf(pipeline, follower);
  return { populations, output, problems: follower.problems };
}

/** The same problems with the names of their stages in their paths. */
export function stageProblemsOf(problems: readonly StageProblem[]): Problem[] {
  return problems.flatMap(({ stage, problem }) => within(stage, [problem]));
}
