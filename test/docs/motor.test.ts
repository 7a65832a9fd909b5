import { from, type Observable } from 'rxjs';
import { deploy } from 'spikeline';
import { describe, expect, it } from 'vitest';
import { change, dcMotor, motor } from '#examples/motor/dc-motor';
import { cores, design, network } from '#examples/motor/network';
import {
  begin,
  inSimulator,
  latency,
  onChip,
  response,
  type Step,
  setPoints,
} from '#examples/motor/trial';

/** Speeds of the motor in steps of 1 ms under a voltage and a load. */
function turned(voltage: number, load: number, steps: number): number[] {
  const environment = dcMotor({
    setPoint: { at: 0, value: 0 },
    load: { at: 0, value: load },
  });
  environment.reset(0);
  return Array.from(
    { length: steps },
    () => environment.step(Float64Array.of(voltage), 1e-3).observation[1]!,
  );
}

describe('the motor', () => {
  const { resistance, inductance, constant, inertia } = motor;

  it('comes to the speed at which what is induced and the load balance the voltage', () => {
    const last = turned(6, 4e-3, 400).at(-1)!;
    expect(last).toBeCloseTo(6 / constant - (resistance * 4e-3) / constant ** 2, 4);
    const still = change(last, 4e-3 / constant, 6, 4e-3);
    expect(still[0]).toBeCloseTo(0, 1);
    expect(still[1]).toBeCloseTo(0, 1);
  });

  it('speeds up as the two time constants of its equations say', () => {
    // ω'' + (R/L)·ω' + (k²/(L·J))·ω = (k/(L·J))·V, from rest.
    const [half, square] = [resistance / inductance / 2, constant ** 2 / (inductance * inertia)];
    const root = Math.sqrt(half ** 2 - square);
    const [slow, fast] = [half - root, half + root];
    const speeds = turned(6, 0, 100);
    for (const ms of [1, 5, 20, 60]) {
      const part =
        (fast * Math.exp(-slow * ms * 1e-3) - slow * Math.exp(-fast * ms * 1e-3)) / (fast - slow);
      const exact = (6 / constant) * (1 - part);
      expect(Math.abs(speeds[ms - 1]! / exact - 1)).toBeLessThan(0.01);
    }
  });
});

describe('a step response', () => {
  it('has settled once it is within the band for good', async () => {
    const speeds = [
      ...new Array(400).fill(0),
      0,
      60,
      110,
      90,
      104,
      96,
      ...new Array(494).fill(102),
    ];
    const steps = speeds.map((speed, step) => ({
      step,
      observation: Float64Array.of(step < 1000 * begin ? 0 : 100, speed),
    }));
    const found = await response(from(steps) as unknown as Observable<Step>);
    expect(found.settling).toBeCloseTo(4e-3, 9);
    expect(found.error).toBeCloseTo(0.02, 9);
    expect(found.overshoot).toBeCloseTo(0.1, 9);
  });
});

describe('the spiking controller', () => {
  const net = network();
  const points = [70, -150];

  it('brings the motor to its set point within the latency of the paper', async () => {
    for (const setPoint of points) {
      const { settling, error } = await response(inSimulator(net, { setPoint }));
      expect(settling).toBeLessThan(latency);
      expect(error).toBeLessThan(0.03);
    }
  });

  it('does so on virtual chips, whose four bits hold all of its weights', async () => {
    const deployment = deploy(net, { cores });
    expect(deployment.mse).toBeLessThan(1e-12);
    const { settling, error } = await response(
      onChip(net, deployment, 1, { setPoint: -105, duration: 0.35 }),
    );
    expect(settling).toBeLessThan(latency);
    expect(error).toBeLessThan(0.03);
  });

  it('needs its integrators: without what they hear of each other it is far off', async () => {
    const forgetful = network({ ...design, integrator: { ...design.integrator, integrators: 0 } });
    const { error } = await response(inSimulator(forgetful, { setPoint: 150 }));
    expect(error).toBeGreaterThan(0.05);
  });

  it('holds the speed against a load, for which it learns no new speed', async () => {
    const load = { at: begin + 0.25, value: 5e-3 };
    const { error } = await response(inSimulator(net, { setPoint: 100, duration: 0.9, load }));
    // Without a controller the load would cost 23.8 rad/s.
    expect(error).toBeLessThan(0.06);
  });
});

describe('set points', () => {
  it('are the same for a seed, and go both ways', () => {
    const all = setPoints(100);
    expect(all).toEqual(setPoints(100));
    expect(all.every((speed) => Math.abs(speed) >= 48 && Math.abs(speed) <= 160)).toBe(true);
    expect(all.filter((speed) => speed < 0).length).toBeGreaterThan(30);
  });
});
