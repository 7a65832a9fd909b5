import { type DynapSimParameters, dynapSimParameters, randomStream } from 'spikeline/neurons';

/** A random population that spikes within a few steps. */
export interface RandomNet {
  readonly parameters: DynapSimParameters;
  /** `[pre][post]`. */
  readonly recurrent: number[][];
  /** `[trial][step][neuron]`, in units of weight. */
  readonly input: number[][][];
}

/** What a random net looks like. */
export interface RandomNetConfig {
  readonly neurons: number;
  readonly steps: number;
  readonly trials: number;
  /** Factor on every current and every capacitance: the same dynamics, other numbers. */
  readonly unit?: number;
}

/** Rises from one seed to the next: adaptation, refractory period, several spikes a step. */
export function randomNet(seed: number, config: RandomNetConfig): RandomNet {
  const { neurons, steps, trials, unit = 1 } = config;
  const random = randomStream(seed, 'net');
  const around = (value: number): number[] =>
    Array.from({ length: neurons }, () => value * (0.7 + 0.6 * random.uniform()));
  const adapting = seed % 2 === 0;
  const currents = {
    Idc: around(5e-13),
    Igain_ahp: around(2.8e-11),
    Igain_mem: around(seed % 3 === 0 ? 2e-10 : 4e-11),
    Igain_syn: around(8.7e-9),
    Ipulse_ahp: adapting ? 0 : 3.5e-7,
    Ipulse: around(3.5e-8),
    Iref: around(seed % 4 < 2 ? 1.05e-9 : 2.5e-10),
    Ispkthr: around(seed % 3 === 0 ? 5e-9 : 3e-8),
    Itau_ahp: around(2.8e-11),
    Itau_mem: around(5.3e-12),
    Itau_syn: around(8.7e-11),
    Iw_ahp: around(adapting ? 3e-12 : 5e-13),
    Io: 5e-13,
  };
  const capacitances = {
    C_ahp: 4e-11,
    C_syn: 2.45e-11,
    C_pulse_ahp: 5e-13,
    C_pulse: 5e-13,
    C_ref: 1.5e-12,
    C_mem: 3e-12,
  };
  const scaled = Object.entries({ ...currents, ...capacitances }).map(([name, value]) => [
    name,
    typeof value === 'number' ? value * unit : value.map((each) => each * unit),
  ]);
  const normals = (count: number, mean: number, spread: number): number[] =>
    Array.from({ length: count }, () => mean + spread * random.normal());
  return {
    parameters: dynapSimParameters({ ...Object.fromEntries(scaled), Iscale: 1e-8 * unit }, neurons),
    recurrent: Array.from({ length: neurons }, () => normals(neurons, 0.5, 4)),
    input: Array.from({ length: trials }, () =>
      Array.from({ length: steps }, () => normals(neurons, 6, 9)),
    ),
  };
}
