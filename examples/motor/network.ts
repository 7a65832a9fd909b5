// The network of a PI controller, after Zhao, Donati & Indiveri 2020 (AICAS): populations for the speed that is wanted and the speed
// that there is (the input channels), for the error between them, and for what of it has added up. Nothing is trained: which neuron
// hears which follows from what it is to stand for, and the weights have few sizes, so that four bits hold them.

import { dynapSim, linear, type Pipeline, pipeline } from 'spikeline';
import type { CorePlacement } from 'spikeline/chip';
import { dynapSimParameters, type Random, randomStream } from 'spikeline/neurons';

/** Step of the network and of the loop, seconds. */
export const dt = 1e-3;
/** Places of each speed. */
export const places = 48;
/** How far to either side they reach, rad/s. */
export const reach = 300;
/** Channels that always fire. */
export const always = 3;
/** Channels: the places of the speed that is wanted, those of the speed that there is, and those that always fire. */
export const channels: number = 2 * places + always;
/** Spikes in a step of a channel whose place is met, and of those that always fire. */
export const perStep = 4;
/** Neurons of each population: half of them for forwards, half for backwards. */
export const neurons = 512;

/** What the neurons of a population are like. Weights are in units of the pipeline. */
interface Neurons {
  /** How long a synapse lasts, seconds. */
  readonly tauSyn: number;
  /** Leak of the membrane, as a multiple of the usual one. */
  readonly leak: number;
  /** Membrane current at which a neuron fires, A. */
  readonly threshold: number;
  /** Voltage that a neuron adds if it fires at 1 Hz, V. */
  readonly volts: number;
}

/** What the network is made of. */
export interface Design {
  readonly error: Neurons & {
    /** Weight of the innermost place; the outermost has twelve times as much. */
    readonly place: number;
    /** Weights of what always fires, as multiples of that: of the least and of the most excitable neuron. */
    readonly always: readonly [least: number, most: number];
  };
  readonly integrator: Neurons & {
    /** Weight of 16 error neurons of its own sign, and, negative, of 16 of the other. */
    readonly error: number;
    /** Weight of 20 integrators of its own sign, and, negative, of 10 of the other; 0 leaves them out. */
    readonly integrators: number;
    /** Weight of what always fires. */
    readonly always: number;
  };
}

/** The network as it is: found by trying some hundred designs near a first one that was worked out, in the simulator and on five virtual chips. */
export const design: Design = {
  error: {
    place: 1.325e-3,
    always: [1.69, 10.7],
    tauSyn: 2.66e-3,
    leak: 6.34,
    threshold: 4e-9,
    volts: 6.5e-5,
  },
  integrator: {
    error: 0.145,
    integrators: 0.0627,
    always: 0.0485,
    tauSyn: 0.181,
    leak: 12,
    threshold: 2e-8,
    volts: 2.33e-4,
  },
};

/** What a neuron stands for. */
interface Role {
  readonly kind: 'error' | 'integrator';
  readonly sign: 1 | -1;
}

/** What each neuron stands for, in order. */
export const roles: readonly Role[] = (['error', 'integrator'] as const).flatMap((kind) =>
  Array.from({ length: neurons }, (_, n): Role => ({ kind, sign: n < neurons / 2 ? 1 : -1 })),
);

/** Where neurons lie: a core has 256, which share their currents. */
export const cores: readonly CorePlacement[] = roles.map((_, n) => ({
  chip: 0,
  core: Math.floor(n / 256),
}));

/** Some of the neurons of a kind and sign, each once. */
function some(random: Random, count: number, kind: string, sign: number): number[] {
  const all = roles.flatMap((role, n) => (role.kind === kind && role.sign === sign ? [n] : []));
  return chosen(random, count, all);
}

/** Some of all, each once. */
function chosen(random: Random, count: number, all: number[]): number[] {
  for (let i = 0; i < count; i++) {
    const other = i + Math.floor(random.uniform() * (all.length - i));
    [all[i], all[other]] = [all[other]!, all[i]!];
  }
  return all.slice(0, count);
}

/** Weight of a place for what pushes forwards, as a whole multiple: from -12 at the outermost backwards to 12. */
function slope(place: number): number {
  const at = (2 * place) / (places - 1) - 1;
  return Math.sign(at) * Math.ceil(12 * Math.abs(at) - 1e-9);
}

/** Builds the network of a design. */
export function network({ error, integrator }: Design = design): Pipeline {
  const random = randomStream(1, 'motor');
  const rows = (count: number) =>
    Array.from({ length: count }, () => new Array<number>(roles.length).fill(0));
  const [weight, recurrent] = [rows(channels), rows(roles.length)];
  for (const [n, { kind, sign }] of roles.entries()) {
    if (kind === 'error') {
      const all = Array.from({ length: places }, (_, place) => place);
      for (const place of chosen(random, places / 2, all)) {
        weight[place]![n] = sign * slope(place) * error.place;
        weight[places + place]![n] = -sign * slope(place) * error.place;
      }
      const [least, most] = error.always;
      const share = ((n % (neurons / 2)) + 0.5) / (neurons / 2);
      const size = Math.round(least + share * (most - least)) * error.place;
      for (let k = 0; k < always; k++) weight[2 * places + k]![n] = size;
      continue;
    }
    weight[2 * places]![n] = integrator.always;
    for (const from of some(random, 16, 'error', sign)) recurrent[from]![n] = integrator.error;
    for (const from of some(random, 16, 'error', -sign)) recurrent[from]![n] = -integrator.error;
    if (integrator.integrators === 0) continue;
    for (const from of some(random, 20, kind, sign)) recurrent[from]![n] = integrator.integrators;
    for (const from of some(random, 10, kind, -sign)) recurrent[from]![n] = -integrator.integrators;
  }
  const usual = dynapSimParameters({}, 1);
  const each = (of: (population: Neurons) => number) =>
    roles.map(({ kind }) => of(kind === 'error' ? error : integrator));
  return pipeline(
    linear({ weight, name: 'speeds' }),
    dynapSim({
      neurons: roles.length,
      recurrent,
      name: 'controller',
      dt,
      // Of the usual currents the synapse lasts 10 ms and the membrane 20 ms; a stronger leak makes both shorter.
      Itau_syn: each(({ tauSyn }) => (usual.Itau_syn[0]! * 10e-3) / tauSyn),
      Igain_syn: each(({ tauSyn }) => (usual.Igain_syn[0]! * 10e-3) / tauSyn),
      Itau_mem: each(({ leak }) => usual.Itau_mem[0]! * leak),
      Igain_mem: each(({ leak }) => usual.Igain_mem[0]! * leak),
      Ispkthr: each(({ threshold }) => threshold),
    }),
  );
}
