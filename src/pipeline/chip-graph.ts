/** What a pipeline becomes on a chip: populations, and the weights on every way that spikes take to them. */
import type { Matrix } from '../matrix.ts';
import type { AnalogParameters } from '../neurons/model-table.ts';
import { fault, type Problem, problem, within } from '../problems.ts';
import type { ChipConstants, ChipForm, ChipPopulation } from '../stages/chip-form.ts';
import { scaleColumns, scaleRows } from '../stages/scaled.ts';
import { chipForm, type Stage } from '../stages/stage.ts';
import type { Pipeline } from './pipeline.ts';
import { placesOf, sourcesOf } from './walk.ts';

/** Weights from channels to channels: a matrix `[pre][post]`, or a factor for each channel that stays in its place. */
export type WayWeights =
  | { readonly form: 'matrix'; readonly matrix: Matrix }
  | { readonly form: 'diagonal'; readonly factors: Float64Array };

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

/** Something that keeps a stage from a chip. */
export interface StageProblem {
  /** Name of the stage; empty if it is the pipeline as a whole. */
  readonly stage: string;
  /** What is wrong, with a path within the stage. */
  readonly problem: Problem;
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

/** Spikes of one sender on their way, with what has been done to them. */
interface Way {
  readonly from: string | null;
  readonly pre: number;
  readonly post: number;
  /** Channels that they fill where they are. */
  readonly channels: number;
  /** Undefined if nothing has been done to them. */
  readonly weights: WayWeights | undefined;
  readonly stage: string | undefined;
  readonly delayed: boolean;
}

/** Rows of a matrix from `first` on. */
function rowsOf(weight: Matrix, first: number, rows: number): Matrix {
  if (rows === weight.rows) return weight;
  const { columns, values } = weight;
  return { rows, columns, values: values.subarray(first * columns, (first + rows) * columns) };
}

/** The way through a matrix; undefined if there was one before. */
function weighted(way: Way, weight: Matrix, stage: string): Way | undefined {
  const { weights, post, channels } = way;
  if (weights?.form === 'matrix') return undefined;
  const own = rowsOf(weight, post, channels);
  const matrix = weights === undefined ? own : scaleRows(own, weights.factors);
  const through = { form: 'matrix', matrix } as const;
  return { ...way, post: 0, channels: weight.columns, weights: through, stage };
}

/** The way through a factor for each channel. */
function scaled(way: Way, all: Float64Array): Way {
  const { weights, post, channels } = way;
  const factors = all.subarray(post, post + channels);
  if (weights === undefined) return { ...way, weights: { form: 'diagonal', factors } };
  if (weights.form === 'matrix') {
    return { ...way, weights: { form: 'matrix', matrix: scaleColumns(weights.matrix, factors) } };
  }
  const both = factors.map((factor, c) => factor * weights.factors[c]!);
  return { ...way, weights: { form: 'diagonal', factors: both } };
}

/** Weights of one for neurons that take their input as it is. */
function plainWeights(size: number): WayWeights {
  return { form: 'diagonal', factors: new Float64Array(size).fill(1) };
}

/** Ways into a stage at most: those of branches in a row multiply. */
const mostWays = 4096;

/** Stages in a loop at most. */
const mostInLoop = 1000;

/** Follows the ways of a pipeline back from its populations. */
class Follower {
  readonly problems: StageProblem[] = [];
  readonly #stages: readonly Stage[];
  readonly #sources: ReturnType<typeof sourcesOf>;
  readonly #forms: readonly ChipForm[];
  readonly #channelsIn: number;
  readonly #known = new Map<number, readonly Way[]>();
  readonly #asked = new Set<number>();

  constructor(pipeline: Pipeline, forms: readonly ChipForm[]) {
    this.#stages = pipeline.stages;
    this.#sources = sourcesOf(pipeline);
    this.#channelsIn = pipeline.channelsIn;
    this.#forms = forms;
  }

  /** Notes that something keeps a stage from a chip. */
  say(stage: string, found: Problem): void {
    this.problems.push({ stage, problem: found });
  }

  /** What enters a stage by one of its inputs. */
  into(place: number, input: number): readonly Way[] {
    const { from, delayed } = this.#sources[place]![input]!;
    const { name } = this.#stages[place]!;
    if (from === null) {
      const channels = this.#channelsIn;
      const plain = { weights: undefined, stage: undefined, delayed: false };
      return [{ from: null, pre: 0, post: 0, channels, ...plain }];
    }
    const ways = this.out(from);
    if (!delayed) return ways;
    const late = ways.some((way) => way.delayed || way.from === null);
    if (late) {
      const needed =
        'what comes back to it is late by more than one step, or comes from the input; the chip delays by one step, from population to population';
      this.say(name, fault('', 'unsupported', needed));
    }
    return ways.map((way) => ({ ...way, delayed: true }));
  }

  /** What leaves a stage. */
  out(place: number): readonly Way[] {
    const known = this.#known.get(place);
    if (known !== undefined) return known;
    const { name, channelsOut } = this.#stages[place]!;
    if (this.#asked.has(place)) {
      this.say(
        name,
        fault('', 'unsupported', 'it is in a loop without neurons; the chip has none'),
      );
      return [];
    }
    if (this.#asked.size >= mostInLoop) {
      const needed = `it is in a loop of more than ${mostInLoop} stages without neurons; the chip has none`;
      this.say(name, fault('', 'too-large', needed));
      return [];
    }
    this.#asked.add(place);
    const form = this.#forms[place]!;
    const ways =
      form.form === 'population'
        ? [{ from: name, pre: 0, post: 0, channels: channelsOut, ...untouched }]
        : this.#through(form, place);
    this.#asked.delete(place);
    this.#known.set(place, ways);
    return ways;
  }

  #through(form: Exclude<ChipForm, ChipPopulation>, place: number): readonly Way[] {
    if (form.form === 'none') return [];
    const inputs = this.#sources[place]!.map((_, input) => this.into(place, input));
    const { name } = this.#stages[place]!;
    const count = inputs.reduce((sum, { length }) => sum + length, 0);
    if (count > mostWays) {
      const needed = `branches on branches lead into it on ${count} ways; ${mostWays} are the most`;
      this.say(name, fault('', 'too-large', needed));
      return [];
    }
    if (form.form === 'sum') return inputs.flat();
    if (form.form === 'factors') return inputs.flat().map((way) => scaled(way, form.factors));
    if (form.form === 'concatenation') {
      let first = 0;
      return inputs.flatMap((ways, input) => {
        const at = first;
        first += form.channels[input]!;
        return ways.map((way) => ({ ...way, post: way.post + at }));
      });
    }
    return inputs.flat().flatMap((way) => {
      const through = weighted(way, form.weight, name);
      if (through !== undefined) return [through];
      const needed = `${way.stage} and ${name} are both linear; multiply them into one`;
      this.say(name, fault('', 'unsupported', needed));
      return [];
    });
  }
}

const untouched = { weights: undefined, stage: undefined, delayed: false } as const;

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
