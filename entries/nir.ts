export { nirOfPipeline } from '../src/nir/from-pipeline.ts';
export type {
  NirAffine,
  NirArray,
  NirConvolution,
  NirCubaLi,
  NirCubaLif,
  NirDelay,
  NirFlatten,
  NirGraph,
  NirIntegrateAndFire,
  NirIntegrator,
  NirLeakyIntegrator,
  NirLif,
  NirLinear,
  NirMetadata,
  NirNode,
  NirPool,
  NirPort,
  NirRemark,
  NirScale,
  NirThreshold,
  NirUnknown,
} from '../src/nir/graph/types.ts';
export { readNir } from '../src/nir/read.ts';
export { type NirOptions, type NirPipeline, pipelineOfNir } from '../src/nir/to-pipeline.ts';
export { writeNir } from '../src/nir/write.ts';
