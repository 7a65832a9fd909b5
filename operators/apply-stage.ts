/** What the operators of single stages have in common. */
import type { OperatorFunction } from 'rxjs';
import { InvalidArgumentError } from '../src/errors.ts';
import { type Losses, lossCounter, lossesCheck } from '../src/events/losses.ts';
import { defaultEngine } from '../src/kernel/engine.ts';
import type { Engine } from '../src/neurons/engine.ts';
import { engineCheck } from '../src/neurons/engine.ts';
import { type OptionTable, optionProblems, readOnce } from '../src/options.ts';
import { type StageChunk, startStage } from '../src/pipeline/chunk-run.ts';
import { checkedStage, type StageDefinition } from '../src/stages/stage.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** Options of a stage that is applied to a stream. */
export interface ApplyOptions {
  /** What computes neurons; the kernel if left out. */
  readonly engine?: Engine;
  /** Counts gaps between chunks that are too long to be computed (`jumps`); the operator's own if left out. */
  readonly losses?: Losses;
}

/** A stage that is applied to a stream, with what it passed over. */
export type AppliedStage<In, Out> = OperatorFunction<In, Out> & {
  /** Gaps of more than a minute between chunks, of which the rest is not computed: `jumps`. */
  readonly losses: Losses;
};

const table: OptionTable<ApplyOptions> = {
  engine: engineCheck,
  losses: lossesCheck,
};

/** Applies a stage to a stream; it is named by its kind where it has no name of its own. */
export function applyStage<In extends StageChunk, Out extends StageChunk>(
  definition: StageDefinition,
  options: ApplyOptions,
): AppliedStage<In, Out> {
  options = readOnce(options, table);
  const problems = optionProblems<ApplyOptions>(options, table);
  if (problems.length > 0) throw new InvalidArgumentError('this stage cannot be applied', problems);
  const stage = checkedStage(definition, definition.kind);
  const { engine = defaultEngine(), losses = lossCounter() } = options;
  const operator = oneAtATime<In, Out>((subscriber) => {
    const run = startStage(stage, engine, () => losses.add('jumps', 1));
    // What leaves is of the kind that the stage emits.
    return { next: (chunk) => subscriber.next(run(chunk) as Out) };
  });
  return Object.assign(operator, { losses });
}
