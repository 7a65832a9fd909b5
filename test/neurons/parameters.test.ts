import { dynapSimParameters } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { pulseWidth, timeConstant } from '#src/neurons/coefficients';
import { dynapSimCoefficients } from '#src/neurons/dynap-sim/coefficients';
import { defaultParameters, parameterNames } from '#src/neurons/dynap-sim/parameters';
import { restState } from '#src/neurons/dynap-sim/state';

const d = defaultParameters;
const kappa = (d.kappa_n + d.kappa_p) / 2;

describe('defaultParameters', () => {
  it('give 20 ms of membrane, 10 ms of synapse and 50 ms of adaptation', () => {
    expect(timeConstant(d.Itau_mem, d.C_mem, d.Ut, kappa)).toBeCloseTo(0.02, 12);
    expect(timeConstant(d.Itau_syn, d.C_syn, d.Ut, kappa)).toBeCloseTo(0.01, 12);
    expect(timeConstant(d.Itau_ahp, d.C_ahp, d.Ut, kappa)).toBeCloseTo(0.05, 12);
  });

  it('give pulses of 10 µs and 1 µs, and 1 ms of refractory period', () => {
    expect(pulseWidth(d.Ipulse, d.C_pulse, d.Vth)).toBeCloseTo(1e-5, 15);
    expect(pulseWidth(d.Ipulse_ahp, d.C_pulse_ahp, d.Vth)).toBeCloseTo(1e-6, 15);
    expect(pulseWidth(d.Iref, d.C_ref, d.Vth)).toBeCloseTo(1e-3, 15);
  });

  it('give a synaptic gain of 100, a membrane gain of 4 and an adaptation gain of 1', () => {
    expect(d.Igain_syn / d.Itau_syn).toBeCloseTo(100, 9);
    expect(d.Igain_mem / d.Itau_mem).toBeCloseTo(4, 9);
    expect(d.Igain_ahp / d.Itau_ahp).toBeCloseTo(1, 9);
  });
});

describe('dynapSimParameters', () => {
  it('fills every parameter for every neuron, from one value or one per neuron', () => {
    const filled = dynapSimParameters({ Idc: 1e-11, Itau_mem: [1e-12, 2e-12], Iscale: 2e-8 }, 2);
    expect(Array.from(filled.Idc)).toEqual([1e-11, 1e-11]);
    expect(Array.from(filled.Itau_mem)).toEqual([1e-12, 2e-12]);
    expect(filled.Iscale).toBe(2e-8);
    for (const name of parameterNames) {
      expect(filled[name]).toHaveLength(2);
      if (name !== 'Idc' && name !== 'Itau_mem') expect(filled[name][1]).toBe(d[name]);
    }
    expect(dynapSimParameters({}, 1).Iscale).toBe(1e-8);
  });

  it('copies the arrays it is given', () => {
    const given = [1e-12, 2e-12];
    const filled = dynapSimParameters({ Idc: given }, 2);
    given[0] = 9;
    expect(filled.Idc[0]).toBe(1e-12);
  });
});

describe('dynapSimCoefficients', () => {
  it('charge the adaptation fully where its pulse never ends, as in networks from LIF', () => {
    const c = dynapSimCoefficients(dynapSimParameters({ Ipulse_ahp: 0, Iw_ahp: 3e-12 }, 1), 1e-3);
    expect(c.ahpJump[0]).toBeCloseTo(3e-12, 20);
  });

  it('have no other numbers than finite ones by default', () => {
    const { neurons, dt, scale, ...arrays } = dynapSimCoefficients(dynapSimParameters({}, 2), 1e-3);
    expect([neurons, dt, scale]).toEqual([2, 1e-3, 1e-8]);
    for (const values of Object.values(arrays)) {
      expect(values).toHaveLength(2);
      expect(values.every(Number.isFinite)).toBe(true);
    }
  });
});

describe('restState', () => {
  it('has all currents at the Io of each neuron, and all else zero, in every trial', () => {
    const state = restState(dynapSimParameters({ Io: [1e-13, 2e-13] }, 2), 2);
    for (const name of ['isyn', 'iahp', 'imem'] as const) {
      expect(Array.from(state[name])).toEqual([1e-13, 2e-13, 1e-13, 2e-13]);
    }
    for (const name of ['vmem', 'spikes', 'timerRef'] as const) {
      expect(Array.from(state[name])).toEqual([0, 0, 0, 0]);
    }
  });
});
