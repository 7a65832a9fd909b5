/** A closed loop that measures the machine: each step one spike goes into a network of relays, and is to come back. */

import { dynapSim, linear, type Pipeline, pipeline, type Target } from 'spikeline';
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
}

/** Neurons of which each fires in the bin of its input. */
function relay({ neurons, dt }: MachineLoop): Pipeline {
  const weight = Array.from({ length: neurons }, (_, i) =>
    Array.from({ length: neurons }, (__, j) => (i === j ? 0.03 / dt : 0)),
  );
  return pipeline(linear({ weight }), dynapSim({ neurons, dt, Ispkthr: 1e-10, Itau_syn: 1e-9 }));
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
