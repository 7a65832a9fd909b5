/** What the operators of single stages have in common. */
import type { OperatorFunction } from 'rxjs';
import { InvalidArgumentError } from '../src/errors.ts';
import { defaultEngine } from '../src/kernel/engine.ts';
import type { Engine } from '../src/neurons/engine.ts';
import { having, optionProblems } from '../src/options.ts';
import { type StageChunk, startStage } from '../src/pipeline/chunk-run.ts';
import { checkedStage, type StageDefinition } from '../src/stages/stage.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** What may be said of a stage that is applied to a stream, beside its configuration. */
export interface ApplyOptions {
  /** What computes neurons; the kernel if left out. */
  readonly engine?: Engine;
}

/** Applies a stage to a stream; it is named by its kind where it has no name of its own. */
export function applyStage<In extends StageChunk, Out extends StageChunk>(
  definition: StageDefinition,
  options: ApplyOptions,
): OperatorFunction<In, Out> {
  const problems = optionProblems<ApplyOptions>(options, {
    engine: having('an engine', 'layer', 'differentiable', 'supports'),
  });
  if (problems.length > 0) throw new InvalidArgumentError('this stage cannot be applied', problems);
  const stage = checkedStage(definition, definition.kind);
  const { engine = defaultEngine() } = options;
  return oneAtATime((subscriber) => {
    const run = startStage(stage, engine);
    // What leaves is of the kind that the stage emits.
    return { next: (chunk) => subscriber.next(run(chunk) as Out) };
  });
}
