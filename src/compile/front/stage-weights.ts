/** Puts weights of the merged population back into the stages that they came from. */
import { hasDendrites } from '../../chips/switches.ts';
import { dendriteNames } from '../../neurons/dynap-se2/parameters.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import { stageWeights } from '../../stages/stage.ts';
import { pipelineWeights, withWeights } from '../../train/gradient.ts';
import type { MergedPopulation } from '../network.ts';
import type { QuantisedCores } from '../passes/quantise-cores.ts';
import { toDynapSim } from './lif.ts';

/** A matrix of a stage: where it is among all weights of the pipeline, and where in the merged network. */
interface StageBlock {
  /** Its first entry among all weights. */
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
  /** First neuron that sends; undefined where input channels do. */
  readonly pre: number | undefined;
  /** First neuron that listens. */
  readonly post: number;
  /** Neurons that listen; each has one column, or one for each dendrite. */
  readonly size: number;
}

/** Finds the matrices of a pipeline of linear stages and neurons in the network it is merged into. */
function blocksOf({ stages }: Pipeline): StageBlock[] {
  const blocks: StageBlock[] = [];
  const dendritic = stages.some(({ parameters }) => parameters && hasDendrites(parameters));
  let offset = 0;
  let sender: number | undefined;
  let first = 0;
  for (const stage of stages) {
    const isNeurons = stage.parameters !== undefined;
    const weights = stageWeights(stage);
    if (weights !== undefined) {
      const { rows, columns } = weights;
      const size = dendritic ? columns / dendriteNames.length : columns;
      blocks.push({ offset, rows, columns, pre: isNeurons ? first : sender, post: first, size });
      offset += rows * columns;
    }
    if (!isNeurons) continue;
    sender = first;
    first += stage.channelsOut;
  }
  return blocks;
}

/** The neuron of the merged network that each weight of a pipeline belongs to, all weights in one run. */
export function listenersOf(pipeline: Pipeline): Uint32Array {
  const listeners = new Uint32Array(pipelineWeights(pipeline).length);
  for (const { offset, rows, columns, post, size } of blocksOf(pipeline)) {
    for (let i = 0; i < rows * columns; i++) listeners[offset + i] = post + ((i % columns) % size);
  }
  return listeners;
}

/** Puts other weights back into the stages they came from; those that are not listed become zero. */
function withListedWeights(
  pipeline: Pipeline,
  { input, recurrent }: Pick<MergedPopulation, 'input' | 'recurrent'>,
): Pipeline {
  const blocks = blocksOf(pipeline);
  const values = new Float64Array(
    blocks.reduce((sum, { rows, columns }) => sum + rows * columns, 0),
  );
  for (const block of blocks) {
    const { offset, rows, columns, post, size } = block;
    const list = block.pre === undefined ? input : recurrent;
    const pre = block.pre ?? 0;
    for (let i = 0; i < list.weight.length; i++) {
      const row = list.pre[i]! - pre;
      const neuron = list.post[i]! - post;
      if (row < 0 || row >= rows || neuron < 0 || neuron >= size) continue;
      const dendrite = columns === size ? 0 : list.dendrite[i]!;
      values[offset + row * columns + dendrite * size + neuron] = list.weight[i]!;
    }
  }
  return withWeights(pipeline, values);
}

/** A pipeline with neurons as the chip has them and weights as the codes have them. */
export function quantisedPipeline(
  pipeline: Pipeline,
  { input, recurrent }: MergedPopulation,
  weights: Pick<QuantisedCores, 'input' | 'recurrent'>,
): Pipeline {
  return withListedWeights(toDynapSim(pipeline), {
    input: { ...input, weight: weights.input.values },
    recurrent: { ...recurrent, weight: weights.recurrent.values },
  });
}
