import fc from 'fast-check';
import { biasCurrent, nearestBias } from 'spikeline/chip';
import {
  type DynapSimParametersInput,
  type DynapSimState,
  dynapSimParameters,
  referenceLayer,
  type StatefulLayer,
} from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { dynapSimCoefficients } from '#src/neurons/dynap-sim/coefficients';
import { defaultParameters } from '#src/neurons/dynap-sim/parameters';
import { restState } from '#src/neurons/dynap-sim/state';
import { stepForward, stepTape } from '#src/neurons/dynap-sim/step';
import { runs } from '#test/support/runs';
import { atRest, equationStep, neuronParameters, runEquations } from './equations.ts';
import { randomNet } from './nets.ts';

const { Io, Ispkthr, Ut, kappa_n, kappa_p } = defaultParameters;
const kappa = (kappa_n + kappa_p) / 2;

function neuron(input: DynapSimParametersInput = {}, dt = 1e-3): StatefulLayer<DynapSimState> {
  return referenceLayer(dynapSimParameters(input, 1), { dt });
}

function step(layer: StatefulLayer<DynapSimState>, ...input: number[]): Float64Array {
  return layer.step(Float64Array.from(input));
}

/** Steps with the given drive and returns every synaptic current. */
function synapticCurrents(drive: readonly number[]): number[] {
  const layer = neuron();
  return drive.map((weight) => {
    step(layer, weight);
    return layer.state.isyn[0]!;
  });
}

/** For how many steps after the first spike the input is held back. */
function refractorySteps(input: DynapSimParametersInput): number {
  const c = dynapSimCoefficients(dynapSimParameters(input, 1), 1e-3);
  const state = restState(dynapSimParameters(input, 1));
  const tape = stepTape(300, 1);
  for (let t = 0; t < 300; t++) stepForward(c, state, Float64Array.of(20), tape, t);
  const fired = tape.spikes.findIndex((count) => count > 0);
  expect(fired).toBeGreaterThan(0);
  return tape.input.subarray(fired + 1).findIndex((current) => current !== 0);
}

describe('spikes', () => {
  it.each([
    [-0.1, 0],
    [0.1, 1],
    [0.9, 1],
    [1.1, 2],
    [2.5, 3],
    [6.5, 7],
  ])('count ceil(ln(imem/Ispkthr)): %s gives %s', (exponent, count) => {
    // A step of a nanosecond leaves the membrane where it is.
    const layer = neuron({}, 1e-9);
    layer.state.imem[0] = Ispkthr * Math.exp(exponent);
    expect(step(layer, 0)[0]).toBe(count);
  });

  it('reset the membrane current to Io and leave the potential as it was before', () => {
    const layer = neuron({}, 1e-9);
    layer.state.imem[0] = Ispkthr * Math.exp(2.5);
    step(layer, 0);
    expect(layer.state.imem[0]).toBe(Io);
    const before = (Ut / kappa) * Math.log((Ispkthr * Math.exp(2.5)) / Io);
    expect(layer.state.vmem[0]! / before).toBeCloseTo(1, 5);
  });

  it('leave the potential to the feedback of the next step', () => {
    const p = neuronParameters(dynapSimParameters({}, 1), 0);
    const membrane = (vmem: number): number => {
      const layer = neuron();
      layer.state.vmem[0] = vmem;
      step(layer, 0);
      return layer.state.imem[0]!;
    };
    const fired = (Ut / kappa) * Math.log(Ispkthr / Io);
    expect(membrane(fired)).toBeGreaterThan(membrane(0));
    const expected = equationStep(p, 1e-3, { ...atRest(p), vmem: fired }, 0).state.imem;
    expect(membrane(fired) / expected).toBeCloseTo(1, 12);
  });
});

describe('the membrane', () => {
  it('has the leak taken off twice: in Iin and in its steady state', () => {
    const layer = neuron();
    layer.state.imem.fill(1e-9);
    layer.state.isyn.fill(1e-9);
    const { Igain_mem, Itau_mem, C_mem, Idc } = defaultParameters;
    step(layer, 0);
    const isyn = layer.state.isyn[0]!;
    const leak = Itau_mem + Io;
    const tau = (C_mem * Ut) / (kappa * leak);
    const steady = (leaks: number): number =>
      1e-9 +
      ((1e-3 * 1e-9) / (tau * (1e-9 + Igain_mem))) *
        ((Igain_mem / Itau_mem) * (isyn + Idc - leaks * leak) +
          (Io / leak) * (1e-9 + Igain_mem) -
          1e-9 * (1 + Io / Itau_mem));
    expect(layer.state.imem[0]! / steady(2)).toBeCloseTo(1, 13);
    expect(Math.abs(steady(1) / steady(2) - 1)).toBeGreaterThan(1e-4);
  });

  it('never falls below Io', () => {
    const layer = neuron({ Idc: 0 });
    for (let t = 0; t < 50; t++) step(layer, 0);
    expect(layer.state.imem[0]).toBe(Io);
    expect(layer.state.vmem[0]).toBe(0);
  });
});

describe('the refractory period', () => {
  it('holds every input back as long as the timer is not zero', () => {
    const imem = (timer: number, isyn: number): number => {
      const layer = neuron();
      layer.state.imem.fill(1e-9);
      layer.state.timerRef.fill(timer);
      layer.state.isyn.fill(isyn);
      step(layer, 0);
      return layer.state.imem[0]!;
    };
    expect(imem(1e-9, 1e-7)).toBe(imem(1e-9, 0));
    expect(imem(5e-3, 1e-7)).toBe(imem(1e-9, 0));
    expect(imem(0, 1e-7)).toBeGreaterThan(imem(0, 0));
  });

  it('counts down before it is set', () => {
    const layer = neuron({ Iref: 2.5e-10 });
    layer.state.imem.fill(1e-6);
    step(layer, 0);
    const width = (1.5e-12 * 0.7) / 2.5e-10;
    expect(layer.state.timerRef[0]).toBeCloseTo(width, 15);
    step(layer, 0);
    expect(layer.state.timerRef[0]).toBeCloseTo(width - 1e-3, 15);
  });

  it('lasts one step by default', () => {
    expect(refractorySteps({})).toBe(1);
  });

  it('lasts two steps where the bias generator rounds Iref to 1.009 ms', () => {
    const Iref = biasCurrent('SOIF_REFR_N', nearestBias('SOIF_REFR_N', defaultParameters.Iref));
    expect((1.5e-12 * 0.7) / Iref).toBeCloseTo(1.009e-3, 6);
    expect(refractorySteps({ Iref })).toBe(2);
  });
});

describe('the synapse', () => {
  it('is charged by Io when nothing comes in', () => {
    const layer = neuron();
    layer.state.isyn[0] = 0;
    step(layer, 0);
    const tau = 0.01;
    const charge = 1 - Math.exp(-1e-5 / tau);
    expect(layer.state.isyn[0]! / (charge * Io)).toBeCloseTo(1, 9);
  });

  it('lets a negative weight cancel within its bin only', () => {
    expect(synapticCurrents([5 - 3])).toEqual(synapticCurrents([2]));
    expect(synapticCurrents([-3, 5])).toEqual(synapticCurrents([0, 5]));
    expect(synapticCurrents([5, -300])).toEqual(synapticCurrents([5, 0]));
    expect(synapticCurrents([5])[0]).toBeGreaterThan(synapticCurrents([2])[0]!);
  });

  it('decays with 10 ms and takes up a thousandth of gain·weight per spike', () => {
    const [first, second] = synapticCurrents([4, 0]) as [number, number];
    const charge = 1 - Math.exp(-1e-3);
    const decay = Math.exp(-0.1);
    expect(first / (decay * Io + charge * 100 * 4e-8)).toBeCloseTo(1, 9);
    expect(second / (decay * first + charge * Io)).toBeCloseTo(1, 9);
  });
});

describe('recurrence and adaptation', () => {
  it('act one step later, from row to column', () => {
    const run = (recurrent: Float64Array | undefined): number[][] => {
      const layer = referenceLayer(dynapSimParameters({}, 2), { dt: 1e-3, recurrent });
      layer.state.imem[0] = 1e-6;
      return [0, 1, 2].map(() => {
        step(layer, 0, 0);
        return [layer.state.spikes[0]!, layer.state.isyn[0]!, layer.state.isyn[1]!];
      });
    };
    const [alone, joined] = [run(undefined), run(Float64Array.of(0, 3, 0, 0))];
    const count = alone[0]![0]!;
    expect(count).toBe(Math.ceil(Math.log(1e-6 / Ispkthr)));
    expect(joined[0]).toEqual(alone[0]);
    const charge = 1 - Math.exp(-1e-3);
    expect(joined[1]![1]).toBe(alone[1]![1]);
    const added = joined[1]![2]! - alone[1]![2]!;
    expect(added / (charge * (100 * 3e-8 * count - Io))).toBeCloseTo(1, 9);
    // From column to row nothing happens: neuron 1 never fires.
    expect(run(Float64Array.of(0, 0, 3, 0))).toEqual(alone);
  });

  it('multiply by the number of spikes, one step later', () => {
    // An endless pulse charges the adaptation fully: Igain_ahp/Itau_ahp = 1.
    const layer = neuron({ Ipulse_ahp: 0, Iw_ahp: 1e-11 });
    layer.state.imem[0] = Ispkthr * Math.exp(3.6);
    const [count] = step(layer, 0);
    expect(count).toBeGreaterThan(1);
    expect(layer.state.iahp[0]).toBe(Io);
    step(layer, 0);
    expect(layer.state.iahp[0]! / (Math.exp(-1 / 50) * Io + count! * 1e-11)).toBeCloseTo(1, 9);
  });
});

describe('leaks below Io', () => {
  it.each(['Itau_syn', 'Itau_mem', 'Itau_ahp'] as const)('%s counts as Io', (name) => {
    const run = (leak: number): number[] => {
      const layer = neuron({ [name]: leak, Ipulse_ahp: 0, Iw_ahp: 1e-12 });
      return Array.from({ length: 60 }, () => {
        step(layer, 3);
        return layer.state.imem[0]! + layer.state.isyn[0]! + layer.state.iahp[0]!;
      });
    };
    expect(run(Io / 10)).toEqual(run(Io));
    expect(run(0)).toEqual(run(Io));
    expect(run(2 * Io)).not.toEqual(run(Io));
  });
});

describe('referenceLayer', () => {
  it('does what the equations say, for any net', () => {
    const shape = { neurons: 3, steps: 40, trials: 1 };
    let spikes = 0;
    fc.assert(
      fc.property(fc.nat(1e6), fc.constantFrom(1e-3, 1e-4), (seed, dt) => {
        const { parameters, recurrent, input } = randomNet(seed, shape);
        const layer = referenceLayer(parameters, {
          dt,
          recurrent: Float64Array.from(recurrent.flat()),
        });
        const population = [0, 1, 2].map((n) => neuronParameters(parameters, n));
        const { states } = runEquations(population, dt, input[0]!, recurrent);
        for (const [t, row] of states.entries()) {
          step(layer, ...input[0]![t]!);
          for (const [n, wanted] of row.entries()) {
            const { isyn, iahp, imem, vmem, timerRef } = layer.state;
            expect(layer.state.spikes[n]).toBe(wanted.spikes);
            expect(isyn[n]! / wanted.isyn).toBeCloseTo(1, 10);
            expect(iahp[n]! / wanted.iahp).toBeCloseTo(1, 10);
            expect(imem[n]! / wanted.imem).toBeCloseTo(1, 10);
            expect(vmem[n]).toBeCloseTo(wanted.vmem, 10);
            expect(timerRef[n]).toBeCloseTo(wanted.timer, 12);
            spikes += wanted.spikes;
          }
        }
      }),
      { numRuns: runs(40) },
    );
    expect(spikes).toBeGreaterThan(100);
  });
});
