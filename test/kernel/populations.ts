import {
  type DynapSimParameters,
  type DynapSimParametersInput,
  type DynapSimState,
  drawMismatch,
  dynapSimParameters,
  type Engine,
  type NeuronLayer,
  randomStream,
  referenceEngine,
} from 'spikeline';

/** Characters of a population: what it does much of. */
export const kinds = ['plain', 'strong', 'refractory', 'adapting'] as const;

/** Character of a population. */
export type Kind = (typeof kinds)[number];

/** What a random population looks like. */
export interface PopulationConfig {
  readonly seed: number;
  readonly neurons: number;
  readonly batch: number;
  readonly steps: number;
  readonly dt: number;
  readonly kind: Kind;
  readonly recurrent: boolean;
}

/** A random population and what it is given. */
export interface Population extends Omit<PopulationConfig, 'recurrent'> {
  readonly parameters: DynapSimParameters;
  /** `[pre][post]`. */
  readonly weight: Float64Array | undefined;
  /** `[step][trial][neuron]`, in units of weight; some steps have none, many entries are negative. */
  readonly input: Float64Array;
}

const characters: Readonly<Record<Kind, DynapSimParametersInput>> = {
  plain: { Igain_mem: 4e-11, Ispkthr: 3e-8 },
  // Several spikes in one step.
  strong: { Igain_mem: 2e-10, Ispkthr: 4e-9 },
  // 7 ms after every spike.
  refractory: { Igain_mem: 1e-10, Ispkthr: 1e-8, Iref: 1.5e-10 },
  // Large and long pulses.
  adapting: { Igain_mem: 1e-10, Ispkthr: 1e-8, Iw_ahp: 2e-12, Igain_ahp: 3e-10, Ipulse_ahp: 1e-10 },
};

/** Draws a population of which no two neurons are alike. */
export function population(config: PopulationConfig): Population {
  const { seed, neurons, batch, steps, kind, recurrent } = config;
  const random = randomStream(seed, 'population', kind, neurons);
  const percent = 0.1 + 0.2 * random.uniform();
  const nominal = dynapSimParameters(characters[kind], neurons);
  const lanes = batch * neurons;
  const size = kind === 'strong' ? 4 : 1;
  const input = new Float64Array(steps * lanes);
  for (let t = 0; t < steps; t++) {
    if (random.uniform() < 0.3) continue;
    for (let lane = 0; lane < lanes; lane++) {
      input[t * lanes + lane] = size * (6 + 9 * random.normal());
    }
  }
  const spread = 8 / Math.sqrt(neurons);
  return {
    ...config,
    parameters: drawMismatch(nominal, { percent, sigmaRule: 2 }, seed),
    weight: recurrent
      ? Float64Array.from({ length: neurons ** 2 }, () => 0.5 + spread * random.normal())
      : undefined,
    input,
  };
}

/** Input of step `t`. */
export function inputAt({ input, batch, neurons }: Population, t: number): Float64Array {
  return input.subarray(t * batch * neurons, (t + 1) * batch * neurons);
}

/** A layer of that population. */
export function layerOf(
  engine: Engine,
  { parameters, weight, dt, batch }: Population,
): NeuronLayer {
  return engine.layer(parameters, weight, dt, batch);
}

/** Membrane current before the reset, amperes, which the potential remembers. */
function membraneBefore({ parameters, neurons }: Population, { vmem }: DynapSimState) {
  const { Io, Ut, kappa_n, kappa_p } = parameters;
  return vmem.map((volts, lane) => {
    const n = lane % neurons;
    const kappa = (kappa_n[n]! + kappa_p[n]!) / 2;
    return Io[n]! * Math.exp((kappa * volts) / Ut[n]!);
  });
}

/** The largest deviation as a fraction of the value, or of a millionth of the largest one. */
export function deviation(found: Float64Array, expected: Float64Array): number {
  const floor = 1e-6 * expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return expected.reduce((worst, value, i) => {
    const error = Math.abs(found[i]! - value);
    // Written so that NaN is not lost.
    return error === 0 || error / Math.max(Math.abs(value), floor) <= worst
      ? worst
      : error / Math.max(Math.abs(value), floor);
  }, 0);
}

/** The largest deviation of a state; infinite where a neuron is closed in one and open in the other. */
export function stateDeviation(
  of: Population,
  found: DynapSimState,
  expected: DynapSimState,
): number {
  // What is left of a timer differs by what the subtractions of the reference round; when it ends does not.
  const closed = ({ timerRef }: DynapSimState): string => timerRef.map(Math.sign).join();
  if (closed(found) !== closed(expected)) return Number.POSITIVE_INFINITY;
  return Math.max(
    deviation(found.isyn, expected.isyn),
    deviation(found.iahp, expected.iahp),
    deviation(found.imem, expected.imem),
    deviation(membraneBefore(of, found), membraneBefore(of, expected)),
  );
}

/** How near the nearest decision about spikes was, in powers of e. */
export function margin(of: Population, state: DynapSimState): number {
  const { Ispkthr } = of.parameters;
  return membraneBefore(of, state).reduce((least, current, lane) => {
    const power = Math.log(current / Ispkthr[lane % of.neurons]!);
    return Math.min(least, Math.abs(power - Math.max(0, Math.round(power))));
  }, Number.POSITIVE_INFINITY);
}

/** A decision about spikes so near that float32 may take it the other way. */
export const unsure = 1e-4;

/** What following the reference came to. */
export interface Followed {
  /** Steps before the first unsure decision: all that can be compared. */
  readonly compared: number;
  /** Of these, the first with other spikes; -1 where there is none. */
  readonly wrong: number;
  /** The largest deviation of a state. */
  readonly worst: number;
  /** Spikes, steps with several of one neuron, and steps of neurons that were closed. */
  readonly spikes: number;
  readonly several: number;
  readonly closed: number;
}

/** Runs the population in `engine` beside the reference, step by step. */
export function follow(
  engine: Engine,
  of: Population,
  layer: NeuronLayer = layerOf(engine, of),
  reference: NeuronLayer = layerOf(referenceEngine, of),
  from = 0,
): Followed {
  const seen = { compared: 0, wrong: -1, worst: 0, spikes: 0, several: 0, closed: 0 };
  for (let t = from; t < of.steps; t++) {
    const expected = reference.step(inputAt(of, t));
    const found = layer.step(inputAt(of, t));
    const state = reference.readState();
    if (margin(of, state) < unsure) break;
    seen.compared++;
    if (found.some((count, lane) => count !== expected[lane])) {
      seen.wrong = t;
      break;
    }
    seen.worst = Math.max(seen.worst, stateDeviation(of, layer.readState(), state));
    for (const [lane, count] of expected.entries()) {
      seen.spikes += count;
      if (count > 1) seen.several++;
      if (state.timerRef[lane]! > 0) seen.closed++;
    }
  }
  return seen;
}
