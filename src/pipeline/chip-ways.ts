/** The ways on which spikes reach the stages of a pipeline, with all that is done to them in between. */
import type { Matrix } from '../matrix.ts';
import { fault, type Problem } from '../problems.ts';
import type { ChipForm, ChipPopulation } from '../stages/chip-form.ts';
import { scaleColumns, scaleRows } from '../stages/scaled.ts';
import type { Stage } from '../stages/stage.ts';
import type { Pipeline } from './pipeline.ts';
import { sourcesOf } from './walk.ts';

/** Weights from channels to channels: a matrix `[pre][post]`, or a factor for each channel that stays in its place. */
export type WayWeights =
  | { readonly form: 'matrix'; readonly matrix: Matrix }
  | { readonly form: 'diagonal'; readonly factors: Float64Array };

/** Something that keeps a stage from a chip. */
export interface StageProblem {
  /** Name of the stage; empty if it is the pipeline as a whole. */
  readonly stage: string;
  /** What is wrong, with a path within the stage. */
  readonly problem: Problem;
}

/** Spikes of one sender on their way, with what has been done to them. */
export interface Way {
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
export function scaled(way: Way, all: Float64Array): Way {
  const { weights, post, channels } = way;
  const factors = all.subarray(post, post + channels);
  if (weights === undefined) return { ...way, weights: { form: 'diagonal', factors } };
  if (weights.form === 'matrix') {
    return { ...way, weights: { form: 'matrix', matrix: scaleColumns(weights.matrix, factors) } };
  }
  const both = factors.map((factor, c) => factor * weights.factors[c]!);
  return { ...way, weights: { form: 'diagonal', factors: both } };
}

/** Ways into a stage at most: those of branches in a row multiply. */
const mostWays = 4096;

/** Stages in a loop at most. */
const mostInLoop = 1000;

/** Follows the ways of a pipeline back from its populations. */
export class Follower {
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
