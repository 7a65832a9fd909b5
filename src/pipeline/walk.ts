/** The order in which the stages of a pipeline are computed, which simulator and trainer share. */
import type { Pipeline } from './pipeline.ts';

/** Stages that follow each other and are computed together. */
export interface Block {
  /** Place of the first. */
  readonly first: number;
  /** Place after the last. */
  readonly end: number;
  /** Whether they are in a loop, and so computed one step at a time. */
  readonly stepped: boolean;
}

/** Places of the stages of a pipeline by their names. */
export function placesOf({ stages }: Pick<Pipeline, 'stages'>): ReadonlyMap<string, number> {
  return new Map(stages.map(({ name }, place) => [name, place]));
}

/** For each stage, the place of what gives each of its inputs; null is the input of the pipeline. */
export function sourcesOf(
  pipeline: Pick<Pipeline, 'stages' | 'inputs'>,
): { readonly from: number | null; readonly delayed: boolean }[][] {
  const places = placesOf(pipeline);
  return pipeline.inputs.map((own) =>
    own.map(({ from, delayed }) => ({ from: from === null ? null : places.get(from)!, delayed })),
  );
}

/**
 * The blocks of a pipeline in their order. What comes back to a stage from one that is not before it makes one block of
 * the two and all between, in which all stages take a step before any takes the next; elsewhere each
 * stage is a block of its own, which takes many steps at once.
 */
export function blocksOf(pipeline: Pick<Pipeline, 'stages' | 'inputs'>): Block[] {
  /** For each stage, the last one that a loop from it on reaches. */
  const reach = sourcesOf(pipeline).map((own, place) =>
    own.reduce((last, { from }) => Math.max(last, from ?? last), place),
  );
  const blocks: Block[] = [];
  const looped = sourcesOf(pipeline).map((own, place) =>
    own.some(({ from, delayed }) => delayed && from !== null && from >= place),
  );
  for (let first = 0; first < reach.length; ) {
    let last = first;
    let stepped = false;
    for (let place = first; place <= last; place++) {
      last = Math.max(last, reach[place]!);
      stepped ||= looped[place]!;
    }
    blocks.push({ first, end: last + 1, stepped });
    first = last + 1;
  }
  return blocks;
}

/** Whether each stage of a pipeline takes what the one before it gives, and the last one's output leaves it. */
export function isChain({ stages, inputs, output }: Pipeline): boolean {
  return (
    output === stages.at(-1)?.name &&
    inputs.every(
      (own, place) =>
        own.length === 1 && !own[0]!.delayed && own[0]!.from === (stages[place - 1]?.name ?? null),
    )
  );
}
