/** What keeps a pipeline from being trained whole epochs at a time by an engine's own learner. */
import type { Engine } from '../neurons/engine.ts';
import { fault, type Problem } from '../problems.ts';
import { stageChained } from '../stages/stage.ts';
import type { Pipeline } from './pipeline.ts';
import { isChain } from './walk.ts';

/**
 * What keeps an engine from training a pipeline by its own learner, so that it is trained stage by stage; undefined
 * where nothing does.
 */
export function fusedObstacle(pipeline: Pipeline, engine: Engine): Problem | undefined {
  if (engine.learner === undefined) {
    return fault('', 'unsupported', `the engine ${engine.name} does no epochs by itself`);
  }
  if (!isChain(pipeline)) return fault('', 'unsupported', 'it has branches or loops');
  let weighted = false;
  for (const stage of pipeline.stages) {
    const part = stageChained(stage);
    if (part === undefined || ('parameters' in part && !engine.supports(part.parameters.model))) {
      return fault(stage.name, 'unsupported', `the learner takes no such ${stage.kind}`);
    }
    if ('weight' in part && weighted) {
      return fault(stage.name, 'unsupported', 'there are two matrices in a row');
    }
    weighted = 'weight' in part;
  }
  return undefined;
}
