import { describe, expect, it } from 'vitest';
import { timerSteps } from '#src/kernel/coefficients';
import { dynapSimParameters } from '#src/neurons/dynap-sim/parameters';
import { referenceLayer } from '#src/neurons/engine';

/** Steps for which the membrane of a neuron stays closed after a spike, of a period of `periods` steps of `dt`. */
function closedSteps(periods: number, dt: number): number {
  const nominal = dynapSimParameters({}, 1);
  // The period is C_ref·Vth/Iref.
  const Iref = (nominal.C_ref[0]! * nominal.Vth[0]!) / (periods * dt);
  const layer = referenceLayer(dynapSimParameters({ Iref, Ispkthr: 1e-10 }, 1), { dt });
  let steps = 0;
  const drive = Float64Array.of(30);
  for (let k = 0; k < 200; k++) {
    if (layer.step(drive)[0]! > 0) break;
  }
  while (layer.state.timerRef[0]! > 0) {
    layer.step(Float64Array.of(0));
    steps++;
  }
  return steps;
}

describe('a refractory period of whole steps', () => {
  for (const dt of [1e-3, 5e-4, 1e-4, 1 / 1024, 1 / 3000, 1 / 60]) {
    it(`is as many steps, of ${dt} s`, () => {
      for (let periods = 1; periods <= 40; periods++) {
        expect(closedSteps(periods, dt)).toBe(periods);
        expect(Math.ceil(timerSteps(periods * dt, dt))).toBe(periods);
      }
    });
  }
});
