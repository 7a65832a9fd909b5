/** What a definition of neurons promises, whatever their model. */
import { soundCount, step } from './checks.ts';
import { defaultStep, type StageOutline } from './stage-kind.ts';

/** The step that a definition gives, or the default where it is not sound. */
export function soundStep(dt: unknown): number {
  return step(dt).length === 0 ? (dt as number) : defaultStep;
}

/** Outline of a population with one channel of input a neuron. */
export function populationOutline({
  neurons,
  dt = defaultStep,
}: {
  readonly neurons: number;
  readonly dt?: number;
}): StageOutline {
  return { inputs: [soundCount(neurons)], channelsOut: soundCount(neurons), dt };
}
