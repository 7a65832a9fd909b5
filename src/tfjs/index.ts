/** The tensorflow.js side: DynapSim neurons as an operation, and the loss of a pipeline. */
export { type BackendChoice, type BackendName, useBackend } from './backend.ts';
export {
  type DynapSimOperation,
  type DynapSimOperationConfig,
  dynapSimOperation,
} from './operation.ts';
export { type PipelineLoss, type PipelineLossOptions, pipelineLoss } from './pipeline-loss.ts';
