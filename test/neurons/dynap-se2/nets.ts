import { type DynapSe2Parameters, randomStream } from 'spikeline/neurons';
import { dendriteNames, dynapSe2Parameters } from '#src/neurons/dynap-se2/parameters';

/** A random population with four dendrites that spikes within a few steps. */
export interface DendriticNet {
  readonly parameters: DynapSe2Parameters;
  /** `[pre][channel]`. */
  readonly recurrent: number[][];
  /** `[trial][step][channel]`, in units of weight. */
  readonly input: number[][][];
}

/** What a random net looks like. */
export interface DendriticNetConfig {
  readonly neurons: number;
  readonly steps: number;
  readonly trials: number;
  /** Factor on every current and every capacitance: the same dynamics, other numbers. */
  readonly unit?: number;
}

/** Mean weight onto each dendrite: AMPA and NMDA drive, GABA and SHUNT hold back. */
const means = { ampa: 5, gaba: 0, nmda: 4, shunt: 1 };

/** Changes from one seed to the next: adaptation, refractory period, NMDA gate, several spikes a step. */
export function dendriticNet(seed: number, config: DendriticNetConfig): DendriticNet {
  const { neurons, steps, trials, unit = 1 } = config;
  const random = randomStream(seed, 'dendritic net');
  const around = (value: number): number[] =>
    Array.from({ length: neurons }, () => value * unit * (0.7 + 0.6 * random.uniform()));
  const adapting = seed % 2 === 0;
  const parameters = dynapSe2Parameters(
    {
      Idc: around(5e-13),
      // Half of NMDA flows at this membrane current: near rest, or where neurons fire.
      If_nmda: around(seed % 2 === 0 ? 5e-13 : 2e-9),
      Igain_ahp: around(2.8e-11),
      Igain_ampa: around(8.7e-9),
      Igain_gaba: around(4e-10),
      Igain_nmda: around(6e-9),
      Igain_shunt: around(8e-9),
      Igain_mem: around(seed % 3 === 0 ? 2e-10 : 4e-11),
      Ipulse_ahp: adapting ? 0 : around(3.5e-7),
      Ipulse: around(3.5e-8),
      Iref: around(seed % 4 < 2 ? 1.05e-9 : 2.5e-10),
      Ispkthr: around(seed % 3 === 0 ? 5e-9 : 3e-8),
      Itau_ahp: around(2.8e-11),
      Itau_ampa: around(8.7e-11),
      Itau_gaba: around(3e-11),
      Itau_nmda: around(2e-11),
      Itau_shunt: around(1.2e-10),
      Itau_mem: around(5.3e-12),
      Iw_ahp: around(adapting ? 3e-12 : 5e-13),
      Io: 5e-13 * unit,
      C_ahp: 4e-11 * unit,
      C_ampa: around(2.45e-11),
      C_gaba: around(2.5e-11),
      C_nmda: around(2.5e-11),
      C_shunt: around(2.45e-11),
      C_pulse_ahp: 5e-13 * unit,
      C_pulse: 5e-13 * unit,
      C_ref: 1.5e-12 * unit,
      C_mem: 3e-12 * unit,
      Iscale: 1e-8 * unit,
    },
    neurons,
  );
  const channels = (spread: number): number[] =>
    dendriteNames.flatMap((name) =>
      Array.from({ length: neurons }, () => means[name] + spread * random.normal()),
    );
  return {
    parameters,
    recurrent: Array.from({ length: neurons }, () => channels(3).map((value) => value / 3)),
    input: Array.from({ length: trials }, () => Array.from({ length: steps }, () => channels(7))),
  };
}
