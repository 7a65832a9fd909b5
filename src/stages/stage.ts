/** Stages of any kind: what the table says of each, asked in one place. */
import { InvalidArgumentError } from '../errors.ts';
import { firstNotFinite, type Matrix } from '../matrix.ts';
import type { NeuronParameters } from '../neurons/model-table.ts';
import {
  hasGettersWithin,
  isBuilt,
  noteBuilt,
  readable,
  readOnce,
  refuse,
  unknownName,
} from '../options.ts';
import { fault, type Problem, problem, within } from '../problems.ts';
import type { ChipConstants, ChipForm } from './chip-form.ts';
import type { Activations, GradientContext, GradientStage } from './gradient-stage.ts';
import type { NirForm } from './nir-form.ts';
import type {
  ChainPart,
  DefinitionOf,
  SignalKind,
  StageBase,
  StageKind,
  StageOutline,
} from './stage-kind.ts';
import type { RunContext, StageRun } from './stage-run.ts';
import * as table from './table.ts';

type Table = typeof table;

/** Name of a kind of stage. */
export type StageKindName = keyof Table;

// What is in the table is a kind of stage, and its stages carry the name under which it stands there.
table satisfies {
  readonly [Kind in StageKindName]: StageKind<
    DefinitionOf<Kind, object>,
    StageBase & { readonly kind: Kind }
  >;
};

/** A stage as written, not yet checked. */
export type StageDefinition = {
  [Kind in StageKindName]: ReturnType<Table[Kind]['definition']>;
}[StageKindName];

/** A stage of a built pipeline: plain data, checked. */
export type Stage = { [Kind in StageKindName]: ReturnType<Table[Kind]['build']> }[StageKindName];

/** The row of a kind, as if all stages were of it: only ever given those that are. */
type Row = StageKind<StageDefinition, Stage>;

/** All kinds of stages by their names. */
const rows: Readonly<Record<StageKindName, Row>> = table as object as Record<StageKindName, Row>;

/** Names of all kinds of stages. */
export const stageKinds: readonly StageKindName[] = Object.keys(table) as StageKindName[];

function rowOf({ kind }: { readonly kind: StageKindName }): Row {
  return rows[kind];
}

/** Lists what keeps something from being the definition of a stage at all. */
export function definitionProblems(given: unknown): Problem[] {
  const needed = 'a stage is needed, such as linear(…) makes';
  return readable(() => {
    if (typeof given !== 'object' || given === null)
      return [problem('', 'wrong-type', given, needed)];
    const { kind } = given as { readonly kind?: unknown };
    if (typeof kind !== 'string') return [problem('kind', 'wrong-type', kind, needed)];
    return Object.hasOwn(table, kind)
      ? []
      : [{ ...unknownName(kind, stageKinds, 'kind'), given: kind }];
  });
}

/** What a definition promises, sound or not: enough to compare it with its neighbours. */
export function stageOutline(definition: StageDefinition): StageOutline {
  try {
    return rowOf(definition).outline(definition);
  } catch {
    // What cannot be read is one of its problems.
    return { inputs: [undefined], channelsOut: undefined };
  }
}

/** What a built stage keeps of that. */
export function builtOutline(stage: Stage): StageOutline {
  const { channelsIn, channelsOut, dt } = stage;
  const row = rowOf(stage);
  const inputs = row.inputsOf?.(stage) ?? [channelsIn];
  return { inputs, channelsOut, dt, held: row.heldOf?.(stage) ?? 0 };
}

/** Stages that were built here, and whether their names were made of kind and place. */
const automatic = new WeakMap<object, boolean>();

/** Notes whether the name of a stage was made of its kind and place, rather than given. */
export function noteAutomatic(stage: Stage, made: boolean): void {
  automatic.set(stage, made);
}

/** Whether the name of a stage was made of its kind and place; undefined if nobody knows, as of a copy. */
export function hasAutomaticName(stage: Stage): boolean | undefined {
  return automatic.get(stage);
}

/** Lists what is wrong in a stage, unless it was built here or has been looked at before. */
export function stageFaults(stage: Stage): Problem[] {
  if (isBuilt(stage)) return [];
  const odd = fault('', 'wrong-type', 'a stage that was built is needed');
  let problems: Problem[];
  try {
    if (hasGettersWithin(stage)) return [odd];
    const row = rowOf(stage);
    // All of it can be read, as it will be when it is copied.
    const definition = row.definition(readOnce(stage));
    problems = row.problems(definition);
    const { channelsOut } = row.outline(definition);
    if (problems.length === 0 && channelsOut !== stage.channelsOut) problems = [odd];
    // What a definition may leave out, a stage has.
    if (problems.length === 0 && !hasAllOf(stage, buildStage(definition, stage.name)))
      problems = [odd];
  } catch {
    // Whatever is missing in it, it was not built here.
    problems = [odd];
  }
  if (problems.length === 0) noteBuilt(stage);
  return problems;
}

/** Whether a stage has every field of another, of the same type and, where it is an array, as long. */
function hasAllOf(stage: Stage, built: Stage): boolean {
  return Object.keys(built).every((name) => {
    const [given, wanted] = [stage, built].map((one): unknown => Reflect.get(one, name));
    if (!ArrayBuffer.isView(wanted)) return typeof given === typeof wanted;
    const isArray = ArrayBuffer.isView(given) && given.constructor === wanted.constructor;
    return isArray && given.byteLength === wanted.byteLength;
  });
}

/** Lists everything wrong with one stage, with paths that open with `name`. */
export function stageProblems(definition: StageDefinition, name: string): Problem[] {
  return within(
    name,
    readable(() => rowOf(definition).problems(definition)),
  );
}

/** Whether a stage, written or built, is one of neurons. */
export function isPopulation(stage: { readonly kind: StageKindName }): boolean {
  return rowOf(stage).neurons !== undefined;
}

/** What leaves a stage of what enters it. */
export function emissionOf(
  stage: { readonly kind: StageKindName },
  enters: readonly SignalKind[],
): SignalKind {
  const { emits } = rowOf(stage);
  if (emits !== 'same') return emits;
  return enters.includes('weighted') ? 'weighted' : 'spikes';
}

/**
 * Completes a checked definition: defaults filled in, arrays copied.
 *
 * @param emits what leaves it; of a stage that gives what enters, spikes if left out
 */
export function buildStage(
  definition: StageDefinition,
  name: string,
  emits: SignalKind = emissionOf(definition, []),
): Stage {
  const row = rowOf(definition);
  const { inputs, channelsOut, dt } = row.outline(definition);
  const stage = row.build(definition, {
    name,
    channelsIn: inputs.reduce<number>((sum, width) => sum + (width ?? 0), 0),
    channelsOut: channelsOut ?? 0,
    emits,
    ...(typeof dt === 'number' ? { dt } : {}),
  });
  noteBuilt(stage);
  return stage;
}

/**
 * Checks and builds a stage that stands alone; `name` is its name where it has none of its own.
 *
 * @throws InvalidArgumentError with all reasons
 */
export function checkedStage(definition: StageDefinition, name: string): Stage {
  const problems = definitionProblems(definition);
  const own = typeof definition.name === 'string' ? definition.name : name;
  if (problems.length === 0) problems.push(...stageProblems(definition, own));
  if (problems.length > 0) throw new InvalidArgumentError('this stage cannot be built', problems);
  return buildStage(definition, own);
}

/** Refuses what is no stage. */
function checkStage(stage: unknown): void {
  const problems = definitionProblems(stage);
  if (problems.length === 0) problems.push(...stageFaults(stage as Stage));
  if (problems.length > 0) throw new InvalidArgumentError('this is no stage', problems);
}

/** The trainable matrix of a stage, if it has one. */
export function stageWeights(stage: Stage): Matrix | undefined {
  checkStage(stage);
  return rowOf(stage).weights(stage);
}

/** The same stage with other values in its trainable matrix; as it is if it has none. */
export function withStageWeights(stage: Stage, values: Float64Array): Stage {
  checkStage(stage);
  const row = rowOf(stage);
  const weights = row.weights(stage);
  if (weights === undefined) return stage;
  refuse('this stage cannot have these weights', () => {
    if (!(values instanceof Float64Array) || values.length !== weights.values.length) {
      const needed = `a Float64Array of ${weights.values.length} weights is needed`;
      return [problem('values', 'wrong-shape', values, needed)];
    }
    const at = firstNotFinite(values);
    const needed = 'a finite number is needed';
    return at < 0 ? [] : [problem(`values[${at}]`, 'not-finite', values[at], needed)];
  });
  const changed = row.withWeights(stage, { ...weights, values });
  // All else was sound before.
  noteBuilt(changed);
  const made = automatic.get(stage);
  if (made !== undefined) automatic.set(changed, made);
  return changed;
}

/** The definition that builds `stage` again: plain numbers and lists. */
export function stageDefinition(stage: Stage): StageDefinition {
  return rowOf(stage).definition(stage);
}

/** The parameters by which an engine computes the neurons of a stage; undefined if it has none. */
export function stageNeurons(stage: Stage): NeuronParameters | undefined {
  return rowOf(stage).neurons?.(stage);
}

/** What a stage is in a chain that an engine runs as one; undefined if it is in none. */
export function stageChained(stage: Stage): ChainPart | undefined {
  return rowOf(stage).chained?.(stage);
}

/** Makes what runs a stage on what its inputs hold. */
export function runStage(
  stage: Stage,
  inputs: readonly Float64Array[],
  context: RunContext,
): StageRun {
  return rowOf(stage).run(stage, inputs, context);
}

/** Makes what runs a stage over all steps of all trials, and back. */
export function gradientStage(
  stage: Stage,
  inputs: readonly Activations[],
  context: GradientContext,
): GradientStage {
  return rowOf(stage).gradient(stage, inputs, context);
}

/** What a stage becomes on a chip with such constants. */
export function chipForm(stage: Stage, constants: ChipConstants = {}): ChipForm {
  return rowOf(stage).chip(stage, constants);
}

/** What stages of a kind are in NIR. */
export function nirForm(kind: StageKindName): NirForm<StageDefinition, Stage> {
  return rows[kind].nir;
}
