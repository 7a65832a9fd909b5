import { kernel, referenceEngine } from 'spikeline';
import type { DynapSe2ParametersInput } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { dynapSe2Parameters } from '#src/neurons/dynap-se2/parameters';
import {
  dendriticPopulation,
  follow,
  inputAt,
  kinds,
  layerOf,
  type Population,
  populations,
  spikesFrom,
} from './populations.ts';

// As in layer.test.ts.
const tolerance = 2e-5;
const small = { batch: 3, steps: 80, dt: 1e-3, recurrent: false } as const;

describe('neurons with four dendrites in the kernel', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 33, 64, 65])(
    'spike as in the reference and have its states, with %s neurons',
    (neurons) => {
      let compared = 0;
      const all = populations(dendriticPopulation, neurons);
      for (const of of all) {
        const found = follow(kernel(), of);
        expect({ ...of, found }).toMatchObject({ found: { wrong: -1 } });
        expect(found.worst).toBeLessThan(tolerance);
        compared += found.compared;
      }
      expect(compared).toBeGreaterThan(0.6 * all.length * 60);
    },
  );

  it.each([
    [129, 2],
    [131, 1],
  ])('do so with wide rows: %s neurons, %s trials', (neurons, batch) => {
    let compared = 0;
    for (const seed of [1, 2, 3]) {
      for (const kind of ['plain', 'refractory'] as const) {
        const wide = { seed, neurons, batch, steps: 40, dt: 1e-3, recurrent: true };
        const found = follow(kernel(), dendriticPopulation({ ...wide, kind }));
        expect(found.wrong).toBe(-1);
        expect(found.worst).toBeLessThan(tolerance);
        compared += found.compared;
      }
    }
    expect(compared).toBeGreaterThan(80);
  });

  it.each(kinds)('are tried where every dendrite changes what they do: %s', (kind) => {
    const all = [2, 9].flatMap((neurons) => populations(dendriticPopulation, neurons));
    const given = all.filter((one) => one.kind === kind);
    const seen = given.map((of) => spikesFrom(layerOf(referenceEngine, of), of));
    expect(seen.flat(2).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(300);
    for (const name of ['Igain_ampa', 'Igain_gaba', 'Igain_nmda', 'Igain_shunt', 'If_nmda']) {
      const others = given.map((of) => {
        const off = new Float64Array(of.neurons);
        const other = { ...of, parameters: { ...of.parameters, [name]: off } };
        return spikesFrom(layerOf(referenceEngine, other), other);
      });
      const same = others.filter((spikes, k) => `${spikes}` === `${seen[k]}`);
      expect([name, same.length < 0.4 * given.length]).toEqual([name, true]);
    }
  });

  it.each<[string, DynapSe2ParametersInput]>([
    ['NMDA that is always open', { If_nmda: 0 }],
    ['NMDA that is never open', { If_nmda: 1 }],
    ['one dendrite only', { Igain_gaba: 0, Igain_nmda: 0, Igain_shunt: 0 }],
    ['no synaptic gain', { Igain_ampa: 0, Igain_gaba: 0, Igain_nmda: 0, Igain_shunt: 0 }],
    ['leaks off', { Itau_mem: 0, Itau_ampa: 0, Itau_gaba: 0, Itau_nmda: 0, Itau_shunt: 0 }],
    ['a small dark current', { Io: 1e-16 }],
    ['a large dark current', { Io: 1e-9 }],
    ['a constant current', { Idc: 3e-10 }],
    ['no membrane gain', { Igain_mem: 0 }],
  ])('follow the reference with %s', (_, input) => {
    const given = { Igain_gaba: 5e-13, Igain_shunt: 9e-10, ...input, Ispkthr: 1e-8 };
    for (const neurons of [1, 3, 4]) {
      const of: Population = {
        ...dendriticPopulation({ ...small, seed: 6, neurons, kind: 'plain' }),
        parameters: dynapSe2Parameters(given, neurons),
      };
      const found = follow(kernel(), of);
      expect([found.wrong, found.compared > 20]).toEqual([-1, true]);
      expect(found.worst).toBeLessThan(tolerance);
    }
  });

  it.each([1e3, 1e6, 1e9])('count the spikes of an input of %s through AMPA', (size) => {
    const of = dendriticPopulation({ ...small, seed: 7, neurons: 6, kind: 'plain' });
    for (const [i, value] of of.input.entries()) {
      if (Math.floor(i / 6) % 4 === 0) of.input[i] = value * size;
    }
    const found = follow(kernel(), of);
    expect([found.wrong, found.compared > 20]).toEqual([-1, true]);
    expect(found.several).toBeGreaterThan(20);
    expect(found.worst).toBeLessThan(tolerance);
  });

  it('give each dendrite its own channel, of every neuron and trial', () => {
    // A single unit of input on a single channel: only what belongs to it may move.
    for (const recurrent of [undefined, new Float64Array(4 * 9)]) {
      const parameters = dynapSe2Parameters({ If_nmda: 0 }, 3);
      for (let channel = 0; channel < 24; channel++) {
        const layer = kernel().layer(parameters, { dt: 1e-3, recurrent, batch: 2 });
        const rest = layer.readState();
        const input = new Float64Array(24);
        input[channel] = 1;
        layer.step(input);
        const state = layer.readState();
        const names = ['iampa', 'igaba', 'inmda', 'ishunt'] as const;
        const risen = names.flatMap((name, dendrite) =>
          Array.from(state[name]).flatMap((current, lane) =>
            current > 1.5 * rest[name][lane]! ? [[dendrite, lane]] : [],
          ),
        );
        const [trial, dendrite, n] = [
          Math.floor(channel / 12),
          Math.floor((channel % 12) / 3),
          channel % 3,
        ];
        expect(risen).toEqual([[dendrite, 3 * trial + n]]);
      }
    }
  });

  it('are those of the kernel, in float32', () => {
    const of = dendriticPopulation({ ...small, seed: 2, neurons: 4, kind: 'strong' });
    const [own, reference] = [kernel(), referenceEngine].map((engine) => {
      const layer = engine.layer(of.parameters, { dt: of.dt, batch: of.batch });
      layer.step(inputAt(of, 1));
      return layer.readState();
    });
    expect(own!.iampa).not.toEqual(reference!.iampa);
  });
});
