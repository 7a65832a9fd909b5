import { type Engine, referenceEngine } from 'spikeline';
import {
  type AnalogParameters,
  type DynapSe2Parameters,
  type DynapSe2ParametersInput,
  type DynapSe2State,
  type DynapSimParameters,
  type DynapSimParametersInput,
  type DynapSimState,
  drawMismatch,
  dynapSimParameters,
  type NeuronLayer,
  randomStream,
} from 'spikeline/neurons';
import { dendriteNames, dynapSe2Parameters } from '#src/neurons/dynap-se2/parameters';

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
export interface Population<Parameters = AnalogParameters>
  extends Omit<PopulationConfig, 'recurrent'> {
  readonly parameters: Parameters;
  /** Input channels of a neuron: one, or one for each dendrite. */
  readonly dendrites: number;
  /** `[pre][dendrite][post]`. */
  readonly weight: Float64Array | undefined;
  /** `[step][trial][dendrite][neuron]`, in units of weight; some steps have none, many entries are negative. */
  readonly input: Float64Array;
}

/** State of a population of either model. */
export type State = DynapSimState | DynapSe2State;

const characters: Readonly<Record<Kind, DynapSimParametersInput & DynapSe2ParametersInput>> = {
  plain: { Igain_mem: 4e-11, Ispkthr: 3e-8 },
  // Several spikes in one step.
  strong: { Igain_mem: 2e-10, Ispkthr: 4e-9 },
  // 7 ms after every spike.
  refractory: { Igain_mem: 1e-10, Ispkthr: 1e-8, Iref: 1.5e-10 },
  // Large and long pulses.
  adapting: { Igain_mem: 1e-10, Ispkthr: 1e-8, Iw_ahp: 2e-12, Igain_ahp: 3e-10, Ipulse_ahp: 1e-10 },
};

/**
 * Dendrites of which none drowns the others: where large currents cancel out, or a large GABA takes a membrane
 * down by nearly all it has, float32 loses more digits than what is to be found here.
 */
export const moderate = {
  Igain_ampa: 2e-9,
  Igain_gaba: 6e-13,
  Itau_gaba: 5e-11,
  Igain_nmda: 2e-10,
  Itau_nmda: 2e-11,
  Igain_shunt: 1.5e-10,
};

/** What comes in through a dendrite on average, and how much more or less. */
type Drive = readonly [mean: number, spread: number];

/** Draws a population of which no two neurons are alike; `drives` has an entry for each dendrite. */
function drawn<Parameters extends AnalogParameters>(
  config: PopulationConfig,
  nominal: Parameters,
  drives: readonly Drive[],
  label: string,
): Population<Parameters> {
  const { seed, neurons, batch, steps, kind, recurrent } = config;
  const random = randomStream(seed, label, kind, neurons);
  const fraction = 0.1 + 0.2 * random.uniform();
  const row = batch * drives.length * neurons;
  const size = kind === 'strong' ? 4 : 1;
  const input = new Float64Array(steps * row);
  const driveOf = (channel: number): Drive =>
    drives[Math.floor(channel / neurons) % drives.length]!;
  for (let t = 0; t < steps; t++) {
    if (random.uniform() < 0.3) continue;
    for (let channel = 0; channel < row; channel++) {
      const [mean, spread] = driveOf(channel);
      input[t * row + channel] = size * (mean + spread * random.normal());
    }
  }
  const spread = 8 / Math.sqrt(neurons);
  const weights = { length: drives.length * neurons ** 2 };
  return {
    ...config,
    parameters: drawMismatch(nominal, { fraction, sigmaRule: 2 }, seed),
    dendrites: drives.length,
    weight: recurrent
      ? Float64Array.from(weights, () => 0.5 + spread * random.normal())
      : undefined,
    input,
  };
}

/** Draws a population of neurons with a lumped synapse. */
export function population(config: PopulationConfig): Population<DynapSimParameters> {
  const nominal = dynapSimParameters(characters[config.kind], config.neurons);
  return drawn(config, nominal, [[6, 9]], 'population');
}

/** Draws a population of neurons with four dendrites, all of which matter. */
export function dendriticPopulation(config: PopulationConfig): Population<DynapSe2Parameters> {
  const { seed, neurons, kind } = config;
  const nominal = dynapSe2Parameters(
    {
      ...characters[kind],
      ...moderate,
      // Half of NMDA flows at this membrane current: near rest, or where neurons fire.
      If_nmda: (seed + neurons) % 2 === 0 ? 1e-12 : 1e-9,
    },
    neurons,
  );
  const drives = { ampa: [6, 7], gaba: [2, 7], nmda: [3, 7], shunt: [0, 7] } as const;
  return drawn(
    config,
    nominal,
    dendriteNames.map((name) => drives[name]),
    'dendritic population',
  );
}

/** Every character with and without recurrence at every step, with 1 to 5 trials. */
export function populations<P>(draw: (config: PopulationConfig) => P, neurons: number): P[] {
  return kinds.flatMap((kind, k) =>
    [1e-3, 1e-4].flatMap((dt, d) =>
      [false, true].map((recurrent, r) => {
        const batch = 1 + ((neurons + k + 2 * d + 4 * r) % 5);
        return draw({ seed: 10 * neurons, neurons, batch, steps: 60, dt, kind, recurrent });
      }),
    ),
  );
}

/** Input of the steps from `t` to `end`, of one if that is left out. */
export function inputAt(of: Population, t: number, end: number = t + 1): Float64Array {
  const row = of.batch * of.dendrites * of.neurons;
  return of.input.subarray(t * row, end * row);
}

/** Spikes of all steps from `from` on, one list for each. */
export function spikesFrom(layer: NeuronLayer<State>, of: Population, from = 0): number[][] {
  return Array.from({ length: of.steps - from }, (_, k) =>
    Array.from(layer.step(inputAt(of, from + k))),
  );
}

/** A layer of that population. */
export function layerOf(
  engine: Engine,
  { parameters, weight, dt, batch }: Population,
): NeuronLayer<State> {
  return parameters.model === 'dynapSe2'
    ? engine.layer(parameters, { dt, recurrent: weight, batch })
    : engine.layer(parameters, { dt, recurrent: weight, batch });
}

/** Its state at rest. */
export function restOf(of: Population): State {
  return layerOf(referenceEngine, of).readState();
}

/** What a state holds, by its names; the arrays are those of the state. */
export function valuesOf(state: State): Readonly<Record<string, Float64Array>> {
  return { ...state };
}

/** Changes all that a state holds. */
export function mapState(state: State, change: (values: Float64Array) => Float64Array): State {
  const changed = Object.entries(valuesOf(state)).map(([name, values]) => [name, change(values)]);
  return { ...state, ...Object.fromEntries(changed) };
}

/** Membrane current before the reset, amperes, which the potential remembers. */
function membraneBefore({ parameters, neurons }: Population, { vmem }: State) {
  const { Io, Ut, kappa_n, kappa_p } = parameters;
  return vmem.map((volts, lane) => {
    const n = lane % neurons;
    const kappa = (kappa_n[n]! + kappa_p[n]!) / 2;
    return Io[n]! * Math.exp((kappa * volts) / Ut[n]!);
  });
}

/** The largest deviation as a fraction of the value, or of a millionth of the largest one. */
export function deviation(found: Float64Array, expected: Float64Array): number {
  let most = 0;
  for (const value of expected) most = Math.max(most, Math.abs(value));
  const floor = 1e-6 * most;
  let worst = 0;
  for (const [i, value] of expected.entries()) {
    const error = Math.abs(found[i]! - value);
    if (error === 0) continue;
    const part = error / Math.max(Math.abs(value), floor);
    // Written so that NaN is not lost.
    if (!(part <= worst)) worst = part;
  }
  return worst;
}

/** The largest deviation of a state; infinite where a neuron is closed in one and open in the other. */
export function stateDeviation(of: Population, found: State, expected: State): number {
  // What is left of a timer differs by what the subtractions of the reference round; when it ends does not.
  const closed = found.timerRef;
  if (expected.timerRef.some((left, i) => Math.sign(left) !== Math.sign(closed[i]!))) {
    return Number.POSITIVE_INFINITY;
  }
  const own = valuesOf(found);
  const currents = Object.entries(valuesOf(expected)).filter(([name]) => name.startsWith('i'));
  return Math.max(
    ...currents.map(([name, values]) => deviation(own[name]!, values)),
    deviation(membraneBefore(of, found), membraneBefore(of, expected)),
  );
}

/** How near the nearest decision about spikes was, in powers of e. */
export function margin(of: Population, state: State): number {
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
  layer: NeuronLayer<State> = layerOf(engine, of),
  reference: NeuronLayer<State> = layerOf(referenceEngine, of),
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
