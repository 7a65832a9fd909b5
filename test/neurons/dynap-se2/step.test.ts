import fc from 'fast-check';
import { referenceEngine } from 'spikeline';
import {
  type DendriteName,
  type DynapSe2ParametersInput,
  type DynapSe2State,
  dynapSimParameters,
  referenceLayer,
  type StatefulLayer,
} from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { dendriteNames, dynapSe2Parameters } from '#src/neurons/dynap-se2/parameters';
import { randomNet } from '#test/neurons/nets';
import { runs } from '#test/support/runs';
import { neuronParameters, runEquations } from './equations.ts';
import { dendriticNet } from './nets.ts';

function neuron(input: DynapSe2ParametersInput = {}, dt = 1e-3): StatefulLayer<DynapSe2State> {
  return referenceLayer(dynapSe2Parameters(input, 1), { dt });
}

/** Drive of one neuron, on the dendrites named. */
function drive(on: { readonly [name in DendriteName]?: number }): Float64Array {
  return Float64Array.from(dendriteNames, (name) => on[name] ?? 0);
}

describe('referenceLayer', () => {
  it('does what the equations say, for any net', () => {
    const shape = { neurons: 3, steps: 40, trials: 1 };
    let spikes = 0;
    fc.assert(
      fc.property(fc.nat(1e6), fc.constantFrom(1e-3, 1e-4), (seed, dt) => {
        const { parameters, recurrent, input } = dendriticNet(seed, shape);
        const layer = referenceLayer(parameters, {
          dt,
          recurrent: Float64Array.from(recurrent.flat()),
        });
        const population = [0, 1, 2].map((n) => neuronParameters(parameters, n));
        const { states } = runEquations(population, dt, input[0]!, recurrent);
        for (const [t, row] of states.entries()) {
          layer.step(Float64Array.from(input[0]![t]!));
          for (const [n, wanted] of row.entries()) {
            const { iahp, imem, vmem, timerRef } = layer.state;
            expect(layer.state.spikes[n]).toBe(wanted.spikes);
            for (const x of dendriteNames) {
              expect(layer.state[`i${x}`][n]! / wanted.isyn[x]).toBeCloseTo(1, 10);
            }
            expect(iahp[n]! / wanted.iahp).toBeCloseTo(1, 10);
            expect(imem[n]! / wanted.imem).toBeCloseTo(1, 9);
            expect(vmem[n]).toBeCloseTo(wanted.vmem, 10);
            expect(timerRef[n]).toBeCloseTo(wanted.timer, 12);
            spikes += wanted.spikes;
          }
        }
      }),
      { numRuns: runs(20) },
    );
    expect(spikes).toBeGreaterThan(100);
  });
});

/** Time constant of a dendrite by default: 10 ms at 24.5 pF. */
const tauOf = (name: string): number =>
  name === 'gaba' || name === 'nmda' ? 10e-3 * (25 / 24.5) : 10e-3;

describe('the dendrites', () => {
  /** Membrane current after a step from one that is on its way up. */
  function membrane(
    changes: { readonly [name in keyof DynapSe2State]?: number },
    parameters: DynapSe2ParametersInput = {},
  ): number {
    const layer = neuron(parameters, 1e-5);
    const start = { imem: 1e-9, iampa: 1e-9, ...changes };
    for (const [name, value] of Object.entries(start)) {
      layer.state[name as keyof DynapSe2State].fill(value);
    }
    layer.step(drive({}));
    return layer.state.imem[0]!;
  }

  it.each(dendriteNames)(
    '%s is charged through its own channel, with its own constants',
    (name) => {
      const changed = { [`Itau_${name}`]: 4e-11, [`Igain_${name}`]: 1e-9, [`C_${name}`]: 3e-11 };
      const layer = neuron(changed);
      const rest = { ...layer.readState() };
      layer.step(drive({ [name]: 3 }));
      const Io = rest.imem[0]!;
      const tau = (3e-11 * 0.025) / (0.705 * 4e-11);
      const steady = (1e-9 / 4e-11) * 3e-8;
      const expected = Math.exp(-1e-3 / tau) * Io + (1 - Math.exp(-1e-5 / tau)) * steady;
      expect(layer.state[`i${name}`][0]! / expected).toBeCloseTo(1, 9);
      const silent = neuron();
      silent.step(drive({}));
      for (const other of dendriteNames) {
        if (other !== name) expect(layer.state[`i${other}`]).toEqual(silent.state[`i${other}`]);
      }
    },
  );

  it('drive by AMPA and NMDA, hold back by GABA and SHUNT', () => {
    const at = membrane({});
    expect(membrane({ iampa: 2e-9 })).toBeGreaterThan(at);
    expect(membrane({ inmda: 1e-9 })).toBeGreaterThan(at);
    expect(membrane({ ishunt: 5e-10 })).toBeLessThan(at);
    expect(membrane({ igaba: 5e-11 })).toBeLessThan(at);
  });

  it('take SHUNT off what flows in, down to Io, and let GABA leak beside the membrane', () => {
    // SHUNT can close the membrane but no more; GABA can do more.
    expect(membrane({ ishunt: 1e-7 })).toBe(membrane({ ishunt: 1e-6 }));
    expect(membrane({ igaba: 2e-10 })).toBeLessThan(membrane({ igaba: 1e-10 }));
    expect(membrane({ igaba: 1e-10 })).toBeLessThan(membrane({ ishunt: 1e-7 }));
  });

  it('open NMDA by the membrane: half of it where imem is If_nmda', () => {
    const open = { If_nmda: 0 };
    const half = membrane({ inmda: 1e-9 }, { If_nmda: 1e-9 });
    expect(half / membrane({ inmda: 0.5e-9 }, open)).toBeCloseTo(1, 8);
    expect(half / membrane({ inmda: 1e-9 }, open)).not.toBeCloseTo(1, 4);
    const effect = (imem: number): number =>
      membrane({ imem, inmda: 1e-9 }, { If_nmda: 1e-9 }) - membrane({ imem }, { If_nmda: 1e-9 });
    const whole = (imem: number): number =>
      membrane({ imem, inmda: 1e-9 }, open) - membrane({ imem }, open);
    expect(effect(1e-11) / whole(1e-11)).toBeLessThan(0.011);
    expect(effect(5e-8) / whole(5e-8)).toBeGreaterThan(0.97);
  });

  it('are charged by Io where nothing comes in, and by nothing less', () => {
    const layer = neuron();
    for (const name of dendriteNames) layer.state[`i${name}`].fill(0);
    layer.step(drive({ ampa: -5, gaba: -5, nmda: -5, shunt: -5 }));
    for (const name of dendriteNames) {
      const charge = 1 - Math.exp(-10e-6 / tauOf(name));
      expect(layer.state[`i${name}`][0]! / (charge * 5e-13)).toBeCloseTo(1, 9);
    }
  });

  it.each(dendriteNames)('%s has a leak of at least Io', (name) => {
    const run = (leak: number): number => {
      const layer = neuron({ [`Itau_${name}`]: leak });
      for (let t = 0; t < 20; t++) layer.step(drive({ [name]: 3 }));
      return layer.state[`i${name}`][0]!;
    };
    expect(run(5e-14)).toBe(run(5e-13));
    expect(run(0)).toBe(run(5e-13));
    expect(run(1e-12)).not.toBe(run(5e-13));
  });
});

describe('with AMPA alone', () => {
  // Capacitances so large that nothing charges or leaks: 1 - exp(-tPulse/tau) is 0, exp(-dt/tau) is 1.
  const frozen = { C_gaba: 1e8, C_nmda: 1e8, C_shunt: 1e8 };
  const shape = { neurons: 4, steps: 60, trials: 1 };

  function pair(seed: number, others: DynapSe2ParametersInput) {
    const { parameters, recurrent, input } = randomNet(seed, shape);
    const { model: _, Igain_syn, Itau_syn, C_syn, ...shared } = parameters;
    const own = { Igain_ampa: Igain_syn, Itau_ampa: Itau_syn, C_ampa: C_syn, ...others };
    const spread = (row: readonly number[]): number[] => [
      ...row,
      ...new Array<number>(3 * row.length).fill(0),
    ];
    const full = referenceLayer(dynapSe2Parameters({ ...shared, ...own }, 4), {
      dt: 1e-3,
      recurrent: Float64Array.from(recurrent.flatMap(spread)),
    });
    const lumped = referenceLayer(parameters, {
      dt: 1e-3,
      recurrent: Float64Array.from(recurrent.flat()),
    });
    return { full, lumped, input: input[0]!, spread };
  }

  it('is the lumped neuron to the last bit, where the other dendrites hold no current', () => {
    let spikes = 0;
    for (const seed of [1, 2, 3, 4]) {
      const { full, lumped, input, spread } = pair(seed, frozen);
      full.state.igaba.fill(0);
      full.state.inmda.fill(0);
      full.state.ishunt.fill(0);
      for (const row of input) {
        full.step(Float64Array.from(spread(row)));
        lumped.step(Float64Array.from(row));
        const { iampa, igaba, inmda, ishunt, ...rest } = full.readState();
        expect({ isyn: iampa, ...rest }).toEqual(lumped.readState());
        for (const silent of [igaba, inmda, ishunt]) expect(silent).toEqual(new Float64Array(4));
        spikes += rest.spikes.reduce((sum, count) => sum + count, 0);
      }
    }
    expect(spikes).toBeGreaterThan(100);
  });

  it('differs by what Io charges, 1 % of Io on each dendrite, and by nothing else', () => {
    // At rest: i = charge·Io/(1 - decay).
    const silence = 400;
    const full = neuron({ C_gaba: 24.5e-12, C_nmda: 24.5e-12 });
    for (let t = 0; t < silence; t++) full.step(drive({}));
    const left = ((1 - Math.exp(-1e-3)) * 5e-13) / (1 - Math.exp(-0.1));
    for (const name of dendriteNames) expect(full.state[`i${name}`][0]! / left).toBeCloseTo(1, 5);
    // GABA stands beside the leak, NMDA, which the membrane holds back, less SHUNT beside Idc.
    const gate = 1 / (1 + 5e-13 / full.state.imem[0]!);
    const stand = neuron({ ...frozen, Idc: 5e-13 - left + gate * left });
    stand.state.igaba.fill(left);
    stand.state.inmda.fill(0);
    stand.state.ishunt.fill(0);
    for (let t = 0; t < silence; t++) stand.step(drive({}));
    expect(stand.state.imem[0]! / full.state.imem[0]!).toBeCloseTo(1, 6);
  });

  it('spikes as the lumped neuron but for a spike or two', () => {
    for (const seed of [1, 2, 3, 5]) {
      const { full, lumped, input, spread } = pair(seed, {});
      let [one, other] = [0, 0];
      for (const row of input) {
        one += full.step(Float64Array.from(spread(row))).reduce((sum, count) => sum + count, 0);
        other += lumped.step(Float64Array.from(row)).reduce((sum, count) => sum + count, 0);
      }
      expect(other).toBeGreaterThan(20);
      expect(Math.abs(one - other) / other).toBeLessThan(0.1);
    }
  });
});

describe('the gradient of a clip', () => {
  /** dL/d(drive) of one step, L the spikes, where the steady state of a dendrite is `above` times Io. */
  function slope(name: DendriteName, above: number, timer = 0): number {
    // Gain 1 and an Iscale of 1 A: the drive is the steady state.
    const parameters = dynapSe2Parameters(
      { [`Igain_${name}`]: 1e-10, [`Itau_${name}`]: 1e-10, Iscale: 1 },
      1,
    );
    const start = referenceLayer(parameters, { dt: 1e-3 }).readState();
    start.imem.fill(1e-9);
    start.iampa.fill(1e-9);
    start.timerRef.fill(timer);
    const layer = referenceEngine.differentiable(parameters, { dt: 1e-3, steps: 1, batch: 1 });
    layer.setStart(start);
    layer.input[dendriteNames.indexOf(name)] = 5e-13 * above;
    layer.forward(undefined);
    layer.outputGradient.fill(1);
    layer.backward(undefined, undefined);
    return layer.inputGradient[dendriteNames.indexOf(name)]!;
  }

  it.each(dendriteNames)('is 1 above, ½ at and 0 below the bound of %s', (name) => {
    const inside = slope(name, 1 + 1e-9);
    expect(inside).not.toBe(0);
    expect(slope(name, 1) / inside).toBeCloseTo(0.5, 9);
    expect(slope(name, 1 - 1e-9)).toBeCloseTo(0, 30);
  });

  it('lets nothing but the leak of GABA through in the refractory period', () => {
    for (const name of ['ampa', 'nmda', 'shunt'] as const) {
      expect(slope(name, 2)).not.toBe(0);
      expect(slope(name, 2, 5e-3)).toBeCloseTo(0, 30);
    }
    expect(slope('gaba', 2, 5e-3)).toBeLessThan(0);
  });
});

describe('defaultDynapSe2Parameters', () => {
  it('are the lumped ones, whose synapse stands on every dendrite', () => {
    const [full, lumped] = [dynapSe2Parameters({}, 1), dynapSimParameters({}, 1)];
    for (const name of ['Idc', 'Itau_mem', 'C_mem', 'If_nmda'] as const) {
      expect(full[name]).toEqual(lumped[name]);
    }
    for (const name of dendriteNames) {
      expect(full[`Itau_${name}`]).toEqual(lumped.Itau_syn);
      expect(full[`Igain_${name}`]).toEqual(lumped.Igain_syn);
      const capacity = name === 'gaba' || name === 'nmda' ? 25e-12 : lumped.C_syn[0]!;
      expect(full[`C_${name}`][0]).toBe(capacity);
    }
  });
});
