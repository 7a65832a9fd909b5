import { type Matrix, type Pipeline, problemText, type Stage } from 'spikeline';
import type { NirGraph, NirPipeline, NirRemark } from 'spikeline/nir';

/** Least and most of some values. */
type Range = readonly [min: number, max: number];

/** A stage in few words. */
export interface StageReport {
  readonly stage: string;
  readonly kind: Stage['kind'];
  readonly channelsIn: number;
  readonly channelsOut: number;
  /** Least and most of each of its parameters. */
  readonly parameters: Readonly<Record<string, Range>>;
}

/** What there is to say of a node. */
export interface NodeText {
  readonly node: string;
  readonly text: string;
}

function textsOf(remarks: readonly NirRemark[]): NodeText[] {
  return remarks.map(({ node, ...problem }) => ({ node, text: problemText(problem) }));
}

/** What `spikeline import` found. */
export interface ImportReport {
  readonly file: string;
  /** What the writer of the file says of itself; null if it says nothing. */
  readonly version: string | null;
  /** Nodes of the outermost graph. */
  readonly nodes: number;
  /** The pipeline; null if there is none. */
  readonly pipeline: {
    readonly channelsIn: number;
    readonly channelsOut: number;
    readonly dt: number;
    readonly stages: readonly StageReport[];
  } | null;
  /** What keeps it from running in a simulator. */
  readonly simulator: readonly NodeText[];
  /** What keeps it from running on a chip. */
  readonly chip: readonly NodeText[];
  readonly notes: readonly NodeText[];
  /** Where the pipeline was saved; null if it was not. */
  readonly saved: string | null;
}

function rangeOf(values: Float64Array): Range {
  return values.reduce<Range>(
    ([min, max], value) => [Math.min(min, value), Math.max(max, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}

function stageReport(stage: Stage): StageReport {
  const { name, kind, channelsIn, channelsOut } = stage;
  const parameters = Object.entries(stage).flatMap(([parameter, value]: [string, unknown]) => {
    const values = value instanceof Float64Array ? value : matrixValues(value);
    return values === undefined ? [] : [[parameter, rangeOf(values)] as const];
  });
  return { stage: name, kind, channelsIn, channelsOut, parameters: Object.fromEntries(parameters) };
}

function matrixValues(value: unknown): Float64Array | undefined {
  return typeof value === 'object' && value !== null && 'rows' in value
    ? (value as Matrix).values
    : undefined;
}

function pipelineReport({ channelsIn, channelsOut, dt, stages }: Pipeline) {
  return { channelsIn, channelsOut, dt, stages: stages.map(stageReport) };
}

/** Sums a NIR file up, and what became of it. */
export function importReport(
  file: string,
  { version, nodes }: NirGraph,
  { pipeline, problems, chip, notes }: NirPipeline,
  out: string | undefined,
): ImportReport {
  return {
    file,
    version: version ?? null,
    nodes: Object.keys(nodes).length,
    pipeline: pipeline === undefined ? null : pipelineReport(pipeline),
    simulator: textsOf(problems),
    chip: textsOf(chip),
    notes: textsOf(notes),
    saved: pipeline === undefined ? null : (out ?? null),
  };
}
