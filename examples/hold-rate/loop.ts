// A recurrent network whose rate is held: a stimulator drives it the harder, the less it fires. A protocol meanwhile brings noise, and
// disturbs it by spikes that inhibit or excite all of it, in an order that is drawn from a seed.

import type { Observable } from 'rxjs';
import {
  closeLoop,
  dynapSim,
  type LoopStep,
  linear,
  type Pipeline,
  pipeline,
  type Target,
} from 'spikeline';
import { type Protocol, protocol, recordSession, startProtocol } from 'spikeline/loop';
import { randomStream } from 'spikeline/neurons';
import { populationDecode, rateEncode } from 'spikeline/operators';

/** Rate that is to be held, Hz, as the mean of all neurons. */
export const setPoint = 40;
/** Neurons of the network. */
export const neurons = 64;

const dt = 1e-3;
/** Channels of noise, of the stimulator, of what inhibits, and of what excites. */
const [noisy, stimulated, inhibiting, exciting] = [8, 8, 4, 4];
const channels = noisy + stimulated + inhibiting + exciting;
/** Highest rate of a channel of the stimulator, Hz. */
const strongest = 200;

/** The network: each neuron hears all channels and about eight others, of which one in four inhibits. */
export function network(seed = 1): Pipeline {
  const random = randomStream(seed, 'hold-rate');
  const drawn = (mean: number) =>
    Array.from({ length: neurons }, () => mean * (1 + 0.3 * random.normal()));
  const weight = [
    ...Array.from({ length: noisy }, () => drawn(0.1)),
    ...Array.from({ length: stimulated }, () => drawn(0.25)),
    ...Array.from({ length: inhibiting }, () => drawn(-0.3)),
    ...Array.from({ length: exciting }, () => drawn(0.2)),
  ];
  const recurrent = Array.from({ length: neurons }, (_, from) =>
    Array.from({ length: neurons }, (_, to) =>
      from !== to && random.uniform() < 8 / neurons ? (from % 4 === 0 ? -0.3 : 0.1) : 0,
    ),
  );
  return pipeline(linear({ weight }), dynapSim({ neurons, recurrent, name: 'held', dt }));
}

/** Rates of all channels: noise at all times, and what disturbs. */
function rates(inhibit: number, excite: number): number[] {
  const each = (count: number, rate: number) => new Array<number>(count).fill(rate);
  const steady = [...each(noisy, 60), ...each(stimulated, 0)];
  return [...steady, ...each(inhibiting, inhibit), ...each(exciting, excite)];
}

/** Two seconds of rest, then disturbances of a second each in an order of their own, with a second of rest after each. */
export const trials: Protocol = protocol([
  { name: 'rest', duration: 2, stimulus: { kind: 'noise', rate: rates(0, 0) } },
  {
    order: 'random',
    times: 2,
    items: [
      {
        items: [
          { name: 'inhibited', duration: 1, stimulus: { kind: 'noise', rate: rates(150, 0) } },
          { name: 'rest', duration: 1, stimulus: { kind: 'noise', rate: rates(0, 0) } },
        ],
      },
      {
        items: [
          { name: 'excited', duration: 1, stimulus: { kind: 'noise', rate: rates(0, 100) } },
          { name: 'rest', duration: 1, stimulus: { kind: 'noise', rate: rates(0, 0) } },
        ],
      },
    ],
  },
]);

/** Says what the stimulator does: a proportional and an integral part of how much too little the network fires. */
function controller(held: boolean) {
  const meter = populationDecode({
    values: Array.from({ length: neurons }, () => 1 / neurons),
    method: 'sum',
    tau: 0.03,
  }).rows(neurons, dt);
  const rate = new Float64Array(1);
  let integral = strongest / 4;
  return (counts: Uint32Array): Float64Array => {
    meter.follow(counts, 0, rate, 0);
    if (!held) return Float64Array.of(strongest / 4);
    const missing = setPoint - rate[0]!;
    integral = Math.max(0, Math.min(strongest, integral + 40 * missing * dt));
    return Float64Array.of(integral + 1 * missing);
  };
}

/** A step: the strength of the stimulator is seen and done, Hz. */
export type Step = LoopStep<Float64Array, Float64Array>;

/**
 * The experiment, kept as a session in a folder; `held` false is the same with a stimulator that stays as it is. The seed is of the noise
 * and of the order of disturbances.
 */
export function hold(
  target: Target,
  net: Pipeline,
  folder: string,
  held = true,
  seed = 5,
): Observable<Step> {
  const strength = rateEncode({ range: [0, strongest], neurons: stimulated, rate: strongest });
  const stimulator = strength.rows(1, dt);
  const decide = controller(held);
  const session = recordSession(folder, { seed, config: { setPoint, held } });
  return closeLoop({
    target,
    net,
    environment: {
      reset: () => Float64Array.of(strongest / 4),
      step: (action) => ({ observation: action }),
    },
    encode: (seen) => {
      const counts = new Uint32Array(channels);
      stimulator.follow(seen, 0, counts, noisy);
      return counts;
    },
    decode: ({ counts }) => decide(counts),
    limits: [0, strongest],
    onStop: Float64Array.of(0),
    stimulus: startProtocol(trials, { channels, seed, session }),
    session,
  });
}

/** Mean rate of all neurons while a phase lasts, its first 300 ms left out. */
export interface PhaseRate {
  readonly phase: string;
  /** When it begins, seconds. */
  readonly from: number;
  /** Mean rate, Hz. */
  readonly rate: number;
}

/** Mean rates by phase, from what fired in each step, and from the marks of a session. */
export function phaseRates(
  fired: readonly number[],
  marks: readonly { readonly time: number; readonly label: string }[],
): PhaseRate[] {
  const begins = marks.flatMap(({ time, label }) => {
    const phase = ['rest', 'inhibited', 'excited'].find((name) => label.includes(name));
    return phase === undefined || label.includes('end') ? [] : [{ phase, time }];
  });
  return begins.map(({ phase, time }, i) => {
    const from = Math.round(time / 1e3);
    const part = fired.slice(
      from + 300,
      Math.round((begins[i + 1]?.time ?? fired.length * 1e3) / 1e3),
    );
    const total = part.reduce((sum, count) => sum + count, 0);
    return { phase, from: from / 1e3, rate: total / (part.length * dt * neurons) };
  });
}
