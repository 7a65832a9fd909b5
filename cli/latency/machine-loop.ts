/** A closed loop that measures the machine: each step one spike goes into a network of relays, and is to come back. */

import { dynapSim, linear, type Pipeline, pipeline, type Target } from 'spikeline';
import { familyNamed } from 'spikeline/chip';
import type { Link } from 'spikeline/devices';
import { type ClosedLoop, closeLoop } from 'spikeline/loop';

/** What is measured. */
export interface MachineLoop {
  /** Length of a step, seconds. */
  readonly dt: number;
  readonly neurons: number;
  /** How long, seconds. */
  readonly seconds: number;
  /** Share of a core that waiting may burn; the default of loops if undefined. */
  readonly spin: number | undefined;
  /** Threshold of the neurons, amperes; one that a single spike reaches if left out. */
  readonly threshold?: number;
}

/** A threshold that one spike reaches, amperes. */
const low = 1e-10;

/** Gain of synapses as a core usually has it, amperes. */
const usualGain = 8.7e-9;

/** The threshold that the chips of a board can be given, as low as may be, amperes. */
export function thresholdOf(link: Link | undefined): number {
  const { min = 0 } = familyNamed(link?.info.family ?? '')?.biases['Ispkthr'] ?? {};
  return Math.max(low, min);
}

/** Neurons of which each fires in the bin of its input; not each time where the threshold is high. */
export function relay({
  neurons,
  dt,
  threshold = low,
}: Pick<MachineLoop, 'neurons' | 'dt' | 'threshold'>): Pipeline {
  // The shorter a step, the more current it takes; where a chip has no more, its synapses amplify what it has.
  const size = (threshold > low ? 1 : 0.03) / dt;
  const most = threshold > low ? 1000 : 48;
  const gain = usualGain * Math.max(1, size / most);
  const weight = Array.from({ length: neurons }, (_, i) =>
    Array.from({ length: neurons }, (__, j) => (i === j ? Math.min(size, most) : 0)),
  );
  return pipeline(
    linear({ weight }),
    dynapSim({ neurons, dt, Ispkthr: threshold, Itau_syn: 1e-9, Igain_syn: gain }),
  );
}

/** Closes it on a target, in real time. */
export function machineLoop(asked: MachineLoop, target: Target): ClosedLoop<number, number> {
  const { dt, neurons, seconds, spin } = asked;
  let at = 0;
  return closeLoop<number, number>({
    target,
    net: relay(asked),
    environment: {
      reset() {
        at = 0;
        return at;
      },
      step(_, passed) {
        at = (at + Math.round(passed / dt)) % neurons;
        return { observation: at };
      },
    },
    encode: (channel) => Array.from({ length: neurons }, (_, i) => Number(i === channel)),
    decode: ({ counts }, { observation }) => counts[observation]!,
    duration: seconds,
    realTime: spin === undefined ? true : { spin },
  });
}
