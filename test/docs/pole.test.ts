import { deploy, pipelineToJson, simulator } from 'spikeline';
import { describe, expect, it } from 'vitest';
import { cart, cartPole, change } from '#examples/pole/cart';
import { decision, gainsOf } from '#examples/pole/controller';
import { learn } from '#examples/pole/learn';
import { trained } from '#examples/pole/trained';
import { balance, inSimulator, onChip, outcome, push } from '#examples/pole/trial';

describe('the cart', () => {
  it('keeps its energy while nobody pushes', () => {
    const energy = ([, v, angle, turning]: ArrayLike<number> & Iterable<number>) => {
      const { mass, poleMass, half, gravity } = cart;
      const moving = 0.5 * (mass + poleMass) * v! ** 2;
      const both = poleMass * half * v! * turning! * Math.cos(angle!);
      const turns = 0.5 * (4 / 3) * poleMass * half ** 2 * turning! ** 2;
      return moving + both + turns + poleMass * gravity * half * Math.cos(angle!);
    };
    const state = Float64Array.of(0, 0.2, 0.1, 0);
    const before = energy(state);
    for (let i = 0; i < 100_000; i++) {
      const changes = change(state, 0);
      for (const k of [1, 3]) state[k] = state[k]! + changes[k]! * 1e-5;
      for (const k of [0, 2]) state[k] = state[k]! + state[k + 1]! * 1e-5;
    }
    expect(Math.abs(state[2]!)).toBeGreaterThan(1);
    expect(Math.abs(energy(state) - before)).toBeLessThan(1e-3);
  });

  it('loses its pole if nothing is done', () => {
    const environment = cartPole();
    environment.reset(3);
    const last = Array.from({ length: 1000 }, () => environment.step(Float64Array.of(0), 5e-3));
    expect(last.at(-1)!.done).toBe(true);
  });
});

describe('the linear controller', () => {
  it('has the gains that scipy.linalg.solve_discrete_are leads to', () => {
    const gains = [-3.06155629, -5.75775505, -48.6964485, -12.63426029];
    for (const [i, gain] of gainsOf([1, 1, 10, 1], 0.1).entries()) {
      expect(gain).toBeCloseTo(gains[i]!, 7);
    }
  });

  it('pushes to where the pole leans, as far as the motor can', () => {
    expect(decision([0, 0, 0.05, 0])).toBeCloseTo(48.696 * 0.05, 3);
    expect(decision([0, 0, 2, 0])).toBe(cart.force);
  });
});

describe('the trained network', () => {
  it('keeps the pole upright through a push', async () => {
    const early = { ...push, at: 2 };
    for (const seed of [11, 12]) {
      const run = await outcome(inSimulator(trained, { seed, duration: 6, push: early }));
      expect(run).toMatchObject({ stood: true, time: 6 });
    }
  });

  it('does so on virtual chips that differ by 20 %', async () => {
    const deployment = deploy(trained);
    for (const seed of [21, 22]) {
      const run = await outcome(onChip(trained, deployment, seed, { seed, duration: 4 }));
      expect(run).toMatchObject({ stood: true, time: 4 });
    }
  });

  it('has learnt that: after one epoch the pole falls', async () => {
    const losses: number[] = [];
    const raw = learn(1, (_, loss) => losses.push(loss));
    expect(losses).toHaveLength(1);
    expect(pipelineToJson(raw)).not.toBe(pipelineToJson(trained));
    const run = await outcome(balance(simulator(), raw, { seed: 11 }));
    expect(run.stood).toBe(false);
    expect(run.time).toBeLessThan(5);
  });
});
