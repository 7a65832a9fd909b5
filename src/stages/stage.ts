import type { z } from 'zod';
import { InvalidArgumentError } from '../errors.ts';
import type { Matrix } from '../matrix.ts';
import { type DelayConfig, type DelayStage, delayKind } from './delay/definition.ts';
import { type DynapSe2Config, type DynapSe2Stage, dynapSe2Kind } from './dynap-se2/definition.ts';
import { type DynapSimConfig, type DynapSimStage, dynapSimKind } from './dynap-sim/definition.ts';
import {
  type IntegrateAndFireConfig,
  type IntegrateAndFireStage,
  integrateAndFireKind,
} from './integrate-and-fire/definition.ts';
import {
  type IntegratorConfig,
  type IntegratorStage,
  integratorKind,
} from './integrator/definition.ts';
import { type LiConfig, type LiStage, liKind } from './li/definition.ts';
import { type LifConfig, type LifStage, lifKind } from './lif/definition.ts';
import { type LinearConfig, type LinearStage, linearKind } from './linear/definition.ts';
import { type ScaleConfig, type ScaleStage, scaleKind } from './scale/definition.ts';
import type { DefinitionOf, Emission, StageKind, StageOutline } from './stage-kind.ts';
import {
  type ThresholdConfig,
  type ThresholdStage,
  thresholdKind,
} from './threshold/definition.ts';

/** A stage as written, not yet checked. */
export type StageDefinition =
  | DefinitionOf<'linear', LinearConfig>
  | DefinitionOf<'scale', ScaleConfig>
  | DefinitionOf<'delay', DelayConfig>
  | DefinitionOf<'dynapSim', DynapSimConfig>
  | DefinitionOf<'dynapSe2', DynapSe2Config>
  | DefinitionOf<'lif', LifConfig>
  | DefinitionOf<'li', LiConfig>
  | DefinitionOf<'integrator', IntegratorConfig>
  | DefinitionOf<'integrateAndFire', IntegrateAndFireConfig>
  | DefinitionOf<'threshold', ThresholdConfig>;

/** A stage of a built pipeline: plain data, checked. */
export type Stage =
  | LinearStage
  | ScaleStage
  | DelayStage
  | DynapSimStage
  | DynapSe2Stage
  | LifStage
  | LiStage
  | IntegratorStage
  | IntegrateAndFireStage
  | ThresholdStage;

/** Name of a kind of stage. */
type Kind = Stage['kind'];
type OfKind<Union, K extends Kind> = Extract<Union, { readonly kind: K }>;

const kinds: { readonly [K in Kind]: StageKind<OfKind<StageDefinition, K>, OfKind<Stage, K>> } = {
  linear: linearKind,
  scale: scaleKind,
  delay: delayKind,
  dynapSim: dynapSimKind,
  dynapSe2: dynapSe2Kind,
  lif: lifKind,
  li: liKind,
  integrator: integratorKind,
  integrateAndFire: integrateAndFireKind,
  threshold: thresholdKind,
};

function kindOf({ kind }: { readonly kind: Kind }): StageKind<StageDefinition, Stage> {
  if (!Object.hasOwn(kinds, kind)) {
    throw new InvalidArgumentError('there is no such stage', [
      `its kind is ${kind}; there are ${Object.keys(kinds).join(', ')}`,
    ]);
  }
  return kinds[kind];
}

/** What a definition promises, sound or not: enough to compare it with its neighbours. */
export function stageOutline(definition: StageDefinition): StageOutline {
  return kindOf(definition).outline(definition);
}

/** Lists everything wrong with one stage, each reason opening with the stage's name. */
export function stageProblems(definition: StageDefinition, name: string): string[] {
  const problems = kindOf(definition).problems(definition);
  return problems.map((problem) => `${name}: ${problem}`);
}

/**
 * Completes a checked definition: defaults filled in, arrays copied.
 *
 * @param enters what enters, for a stage that emits the same
 */
export function buildStage(
  definition: StageDefinition,
  name: string,
  enters: Emission = 'spikes',
): Stage {
  const kind = kindOf(definition);
  const { emits, ...outline } = kind.outline(definition);
  return kind.build(definition, {
    name,
    ...outline,
    emits: emits === 'same' ? enters : emits,
  });
}

/**
 * Checks and builds a stage that stands alone; `name` is its name where it has none of its own.
 *
 * @throws InvalidArgumentError with all reasons
 */
export function checkedStage(definition: StageDefinition, name: string): Stage {
  const own = definition.name ?? name;
  const problems = stageProblems(definition, own);
  if (problems.length > 0) throw new InvalidArgumentError('this stage cannot be built', problems);
  return buildStage(definition, own);
}

/** The trainable matrix of a stage, if it has one. */
export function stageWeights(stage: Stage): Matrix | undefined {
  return kindOf(stage).weights(stage);
}

/** The same stage with other values in its trainable matrix; as it is where it has none. */
export function withStageWeights(stage: Stage, values: Float64Array): Stage {
  const kind = kindOf(stage);
  const weights = kind.weights(stage);
  return weights === undefined ? stage : kind.withWeights(stage, { ...weights, values });
}

/** The definition that builds `stage` again: plain numbers and lists. */
export function stageDefinition(stage: Stage): StageDefinition {
  return kindOf(stage).definition(stage);
}

/** The forms of all kinds of stages in a file. */
export const savedStages: readonly [z.ZodObject, ...z.ZodObject[]] = [
  kinds.linear.saved,
  ...Object.entries(kinds).flatMap(([kind, { saved }]) => (kind === 'linear' ? [] : saved)),
];
