import { DataError } from '../src/errors.ts';
import { spikeRaster } from '../src/events/spike-raster.ts';
import type { DynapSimParametersInput } from '../src/neurons/dynap-sim/parameters.ts';
import { type Pipeline, pipeline } from '../src/pipeline/pipeline.ts';
import { dynapSim } from '../src/stages/dynap-sim/definition.ts';
import { linear } from '../src/stages/linear/definition.ts';
import type { TrainingSample } from '../src/train/sample.ts';

/** What gradient and training cases have in common. */
export interface NetworkCase {
  readonly N: number;
  readonly Nin: number;
  readonly T: number;
  readonly B: number;
  readonly dt: number;
  readonly input_events_btc: readonly number[];
  /** Absent or null where neuron n should fire in every bin of trials with b mod N = n. */
  readonly target_events_btn?: readonly number[] | null;
}

/** Bins of all trials and channels at most. */
const mostBins = 2 ** 26;

/** Counts of flat triples (trial, step, channel), for one trial. */
function countsOf(
  events: readonly number[],
  trial: number,
  steps: number,
  channels: number,
): Uint32Array {
  const counts = new Uint32Array(steps * channels);
  for (let i = 0; i < events.length; i += 3) {
    if (events[i] !== trial) continue;
    const at = events[i + 1]! * channels + events[i + 2]!;
    counts[at] = counts[at]! + 1;
  }
  return counts;
}

/** The samples of a case. */
export function caseSamples(given: NetworkCase): TrainingSample[] {
  const { N, Nin, T, B, dt, input_events_btc: events, target_events_btn: wanted } = given;
  if (!(T * B * Math.max(N, Nin) <= mostBins)) {
    throw new DataError(`${B} trials of ${T} steps are more than ${mostBins} bins`);
  }
  return Array.from({ length: B }, (_, b) => ({
    input: spikeRaster({ channels: Nin, dt, counts: countsOf(events, b, T, Nin) }),
    target:
      wanted === undefined || wanted === null
        ? Float64Array.from({ length: T * N }, (_, i) => (i % N === b % N ? 1 : 0))
        : Float64Array.from(countsOf(wanted, b, T, N)),
  }));
}

/** A linear stage and recurrent neurons. */
export function caseNetwork(
  input: readonly (readonly number[])[],
  recurrent: readonly (readonly number[])[] | undefined,
  parameters: DynapSimParametersInput,
  dt: number,
): Pipeline {
  return pipeline(
    linear({ name: 'input', weight: input }),
    dynapSim({
      ...parameters,
      name: 'output',
      neurons: input[0]!.length,
      dt,
      ...(recurrent === undefined ? {} : { recurrent }),
    }),
  );
}
