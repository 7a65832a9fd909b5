import fc from 'fast-check';
import {
  type CoreCurrents,
  type CoreGains,
  type CoreLayout,
  type CoreTimes,
  coreCurrentNames,
  coreGains,
  coreTimes,
} from 'spikeline/chip';
import { dynapSimParameters } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import {
  coreCurrents,
  coreLayout,
  sharedCurrents,
  withGains,
  withTimes,
} from '#src/chips/dynapse2/core-currents';

// Currents computed with Rockpool from the times, ratios and currents given.
const given = {
  tau_ahp: 0.016679931886377713,
  tau_ampa: 0.003953504949403078,
  tau_gaba: 0.042506121686876105,
  tau_nmda: 0.0016274263367472344,
  tau_shunt: 0.01585627071473503,
  tau_mem: 0.028649764314629633,
  t_pulse_ahp: 3.661872510503139e-7,
  t_pulse: 1.2891197280025325e-6,
  t_ref: 0.0005522479038257596,
  r_gain_ahp: 2.064743129941106,
  r_gain_ampa: 24.70587410727429,
  r_gain_gaba: 2.3535445420309324,
  r_gain_nmda: 11.794483505066609,
  r_gain_shunt: 45.4915321454768,
  r_gain_mem: 2.378463079521541,
  Idc: 1.465284637554242e-10,
  If_nmda: 7.408730718395347e-10,
  Ispkthr: 1.119939253856784e-7,
  Iw_0: 1.4958033420989546e-9,
  Iw_1: 3.6455050917559106e-10,
  Iw_2: 1.0911438186379155e-9,
  Iw_3: 3.413484386560918e-9,
  Iw_ahp: 2.8579001254381934e-9,
};
const computed: CoreCurrents = {
  Idc: 1.465284637554242e-10,
  If_nmda: 7.408730718395347e-10,
  Igain_ahp: 1.7558307068884213e-10,
  Igain_ampa: 5.429188409759917e-9,
  Igain_gaba: 4.908647448946269e-11,
  Igain_nmda: 6.424931293054708e-9,
  Igain_shunt: 2.4925649751475556e-9,
  Igain_mem: 8.831765050644314e-12,
  Ipulse_ahp: 9.55795153971404e-7,
  Ipulse: 2.715030981197678e-7,
  Iref: 1.9013200280634955e-9,
  Ispkthr: 1.119939253856784e-7,
  Itau_ahp: 8.50386995567097e-11,
  Itau_ampa: 2.1975293754781057e-10,
  Itau_gaba: 2.0856403442912852e-11,
  Itau_nmda: 5.447403686897117e-10,
  Itau_shunt: 5.479184493449491e-11,
  Itau_mem: 3.713223520972602e-12,
  Iw_0: 1.4958033420989546e-9,
  Iw_1: 3.6455050917559106e-10,
  Iw_2: 1.0911438186379155e-9,
  Iw_3: 3.413484386560918e-9,
  Iw_ahp: 2.8579001254381934e-9,
};

function expectClose(
  found: Readonly<Record<string, number>>,
  wanted: Readonly<Record<string, number>>,
) {
  expect(Object.keys(found).toSorted()).toEqual(Object.keys(wanted).toSorted());
  for (const [name, value] of Object.entries(wanted)) {
    expect(Math.abs(found[name]! / value - 1), name).toBeLessThan(1e-12);
  }
}

const factor = fc.double({ min: 0.01, max: 100, noNaN: true });
const times = fc.record(
  Object.fromEntries(
    Object.entries(coreTimes(computed)).map(([name, value]) => [
      name,
      factor.map((f) => f * value),
    ]),
  ) as Record<keyof CoreTimes, fc.Arbitrary<number>>,
);
const gains = fc.record(
  Object.fromEntries(
    Object.entries(coreGains(computed)).map(([name, value]) => [
      name,
      factor.map((f) => f * value),
    ]),
  ) as Record<keyof CoreGains, fc.Arbitrary<number>>,
);
const layout = fc.record(
  Object.fromEntries(
    Object.entries(coreLayout).map(([name, value]) => [name, factor.map((f) => f * value)]),
  ) as Record<keyof CoreLayout, fc.Arbitrary<number>>,
);

describe('coreCurrents', () => {
  it('are what Rockpool computes from the same times and ratios', () => {
    expectClose(coreCurrents(given), computed);
    expect(coreCurrentNames.toSorted()).toEqual(Object.keys(computed).toSorted());
  });

  it('lead back to the times and ratios, on any layout', () => {
    fc.assert(
      fc.property(times, gains, layout, (wantedTimes, wantedGains, own) => {
        const currents = coreCurrents({ ...given, ...wantedTimes, ...wantedGains }, own);
        expectClose(coreTimes(currents, own), wantedTimes);
        expectClose(coreGains(currents), wantedGains);
      }),
    );
  });
});

describe('withTimes', () => {
  it('changes the current behind a time, and nothing else', () => {
    const tau_mem = 2 * given.tau_mem;
    const changed = withTimes(computed, { tau_mem });
    expectClose(changed, { ...computed, Itau_mem: 1.856611760486301e-12 });
    expect(changed.Igain_mem).toBe(computed.Igain_mem);
    expectClose(coreTimes(changed), { ...coreTimes(computed), tau_mem });
  });

  it.each(Object.keys(coreTimes(computed)) as (keyof CoreTimes)[])('leaves all but %s', (name) => {
    const before = coreTimes(computed);
    const after = coreTimes(withTimes(computed, { [name]: 3 * before[name] }));
    expectClose(after, { ...before, [name]: 3 * before[name] });
  });

  it('changes nothing where nothing is asked', () => {
    expect(withTimes(computed, {})).toEqual(computed);
    expect(withGains(computed, {})).toEqual(computed);
  });
});

describe('withGains', () => {
  it.each(Object.keys(coreGains(computed)) as (keyof CoreGains)[])(
    'leaves all ratios but %s, and all times',
    (name) => {
      const before = coreGains(computed);
      const changed = withGains(computed, { [name]: 3 * before[name] });
      expectClose(coreGains(changed), { ...before, [name]: 3 * before[name] });
      expect(coreTimes(changed)).toEqual(coreTimes(computed));
    },
  );
});

describe('sharedCurrents', () => {
  it('are the mean over the neurons of the core, one synapse on all four dendrites', () => {
    const parameters = dynapSimParameters(
      { Idc: [1e-12, 2e-12, 9e-12], Itau_syn: [1e-11, 3e-11, 1], Igain_syn: [1e-9, 2e-9, 1] },
      3,
    );
    const shared = sharedCurrents(parameters, [0, 1], [1e-9, 2e-9, 3e-9, 4e-9]);
    expect(shared.Idc).toBeCloseTo(1.5e-12, 24);
    for (const dendrite of ['ampa', 'gaba', 'nmda', 'shunt'] as const) {
      expect(shared[`Itau_${dendrite}`]).toBeCloseTo(2e-11, 23);
      expect(shared[`Igain_${dendrite}`]).toBeCloseTo(1.5e-9, 21);
    }
    expect([shared.Iw_0, shared.Iw_1, shared.Iw_2, shared.Iw_3]).toEqual([1e-9, 2e-9, 3e-9, 4e-9]);
    expect(Object.keys(shared).toSorted()).toEqual([...coreCurrentNames].toSorted());
    expect(Object.values(shared).every(Number.isFinite)).toBe(true);
  });
});
