/** The parameters by which an engine computes leaky integrate-and-fire neurons. */
import type { LifParameters } from '../../neurons/lif/parameters.ts';
import { leakyParameters } from '../li/neurons.ts';
import type { LifStage } from './definition.ts';

/** The parameters of leaky integrate-and-fire neurons. */
export function lifNeurons(stage: LifStage): LifParameters {
  const { threshold, reset } = stage;
  return { model: 'lif', ...leakyParameters(stage), threshold, reset };
}
