import fc from 'fast-check';
import { type Engine, kernel, referenceEngine } from 'spikeline';
import { type DynapSimParametersInput, dynapSimParameters } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { restState } from '#src/neurons/dynap-sim/state';
import { runs } from '#test/support/runs';
import {
  dendriticPopulation,
  deviation,
  follow,
  inputAt,
  kinds,
  layerOf,
  mapState,
  population,
  populations,
  restOf,
  type State,
  spikesFrom,
  stateDeviation,
  valuesOf,
} from './populations.ts';

// float32 has 7 digits; a spike grows out of some ten steps of positive feedback, which costs one.
const tolerance = 2e-5;
const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 33, 64, 65];

const small = { batch: 3, steps: 80, dt: 1e-3 };
const lumped = [
  population({ ...small, seed: 1, neurons: 5, kind: 'plain', recurrent: true }),
  population({ ...small, seed: 2, neurons: 2, kind: 'strong', recurrent: true }),
  population({ ...small, seed: 3, neurons: 3, kind: 'refractory', recurrent: false }),
  population({ ...small, seed: 4, neurons: 9, kind: 'adapting', recurrent: false }),
  population({ ...small, seed: 5, neurons: 4, kind: 'adapting', recurrent: true, batch: 1 }),
];
const dendritic = [
  dendriticPopulation({ ...small, seed: 1, neurons: 5, kind: 'plain', recurrent: true }),
  dendriticPopulation({ ...small, seed: 2, neurons: 2, kind: 'strong', recurrent: true }),
  dendriticPopulation({ ...small, seed: 3, neurons: 1, kind: 'refractory', recurrent: false }),
  dendriticPopulation({ ...small, seed: 4, neurons: 4, kind: 'adapting', recurrent: false }),
];
const busy = [...lumped, ...dendritic];

describe('a population in the kernel', () => {
  it.each(sizes)('spikes as the reference does and has its states, with %s neurons', (neurons) => {
    let compared = 0;
    const all = populations(population, neurons);
    for (const of of all) {
      const found = follow(kernel(), of);
      expect({ ...of, found }).toMatchObject({ found: { wrong: -1 } });
      expect(found.worst).toBeLessThan(tolerance);
      compared += found.compared;
    }
    // All but what comes after a decision that rounding may take the other way.
    expect(compared).toBeGreaterThan(0.6 * all.length * 60);
  });

  it.each([
    [129, 2],
    [131, 2],
  ])('does so with rows too wide to stay in registers: %s neurons, %s trials', (neurons, batch) => {
    const wide = { seed: 3, neurons, batch, steps: 40, dt: 1e-3, recurrent: true } as const;
    for (const kind of ['plain', 'refractory'] as const) {
      const found = follow(kernel(), population({ ...wide, kind }));
      expect([found.wrong, found.compared > 15]).toEqual([-1, true]);
      expect(found.worst).toBeLessThan(tolerance);
    }
  });

  it('does so for seconds, where currents decay slowly', () => {
    const long = { batch: 1, steps: 4000, dt: 1e-4, recurrent: false } as const;
    let compared = 0;
    for (const neurons of [1, 2, 3]) {
      const of = population({ seed: neurons, neurons, kind: 'adapting', ...long });
      const slow = { Itau_ahp: 3e-12, Itau_syn: 9e-12, Iw_ahp: 2e-13 };
      const parameters = dynapSimParameters({ ...of.parameters, ...slow }, neurons);
      const found = follow(kernel(), { ...of, parameters });
      expect(found.wrong).toBe(-1);
      expect(found.worst).toBeLessThan(tolerance);
      expect(found.spikes).toBeGreaterThan(10);
      compared += found.compared;
    }
    expect(compared).toBeGreaterThan(6000);
  });

  it('is tried on populations that spike, several times a step too, close and adapt', () => {
    for (const kind of kinds) {
      const all = [3, 9]
        .flatMap((neurons) => populations(population, neurons))
        .filter((one) => one.kind === kind);
      const seen = all.map((one) => follow(referenceEngine, one));
      const sum = (name: 'spikes' | 'several' | 'closed'): number =>
        seen.reduce((total, one) => total + one[name], 0);
      expect(sum('spikes')).toBeGreaterThan(300);
      expect(sum('several')).toBeGreaterThan(kind === 'strong' ? 300 : 0);
      expect(sum('closed')).toBeGreaterThan(300);
    }
    const adapting = population({
      ...small,
      seed: 4,
      neurons: 9,
      kind: 'adapting',
      recurrent: false,
    });
    const layer = layerOf(referenceEngine, adapting);
    spikesFrom(layer, adapting);
    const { iahp } = layer.readState();
    expect(Math.max(...iahp)).toBeGreaterThan(3 * Math.max(...adapting.parameters.Itau_mem));
    expect(adapting.input.filter((value) => value < 0).length).toBeGreaterThan(100);
  });

  it('stays silent without input, step by step like the reference', () => {
    const parameters = dynapSimParameters({}, 3);
    const [found, expected] = [kernel(), referenceEngine].map((engine) => {
      const layer = engine.layer(parameters, { dt: 1e-3 });
      return Array.from({ length: 200 }, () => Array.from(layer.step(new Float64Array(3))));
    });
    expect(found).toEqual(expected);
    expect(found!.flat().every((count) => count === 0)).toBe(true);
  });

  it.each<[string, DynapSimParametersInput]>([
    ['adaptation off', { Iw_ahp: 0, Ispkthr: 1e-8 }],
    ['no membrane gain', { Igain_mem: 0 }],
    ['no synaptic gain', { Igain_syn: 0 }],
    ['leaks off', { Itau_mem: 0, Itau_syn: 0, Itau_ahp: 0, Ispkthr: 1e-8 }],
    ['a threshold below the dark current', { Ispkthr: 2e-13 }],
    ['a small dark current', { Io: 1e-16, Ispkthr: 1e-8 }],
    ['a large dark current', { Io: 1e-9, Ispkthr: 1e-8 }],
    ['a constant current', { Idc: 3e-10, Ispkthr: 1e-8 }],
  ])('follows the reference with %s', (_, input) => {
    const of = {
      ...population({ ...small, seed: 6, neurons: 3, kind: 'plain', recurrent: false }),
      parameters: dynapSimParameters(input, 3),
    };
    const found = follow(kernel(), of);
    expect([found.wrong, found.compared > 20]).toEqual([-1, true]);
    expect(found.worst).toBeLessThan(tolerance);
  });

  it.each([1e3, 1e6, 1e9])('counts the spikes of an input of %s', (size) => {
    const of = population({ ...small, seed: 7, neurons: 6, kind: 'plain', recurrent: false });
    for (const [i, value] of of.input.entries()) of.input[i] = value * size;
    const found = follow(kernel(), of);
    expect([found.wrong, found.compared > 20]).toEqual([-1, true]);
    expect(found.several).toBeGreaterThan(20);
    expect(found.worst).toBeLessThan(tolerance);
  });

  it('takes zero weights for none', () => {
    for (const of of busy) {
      const zero = { ...of, weight: new Float64Array(of.dendrites * of.neurons ** 2) };
      const none = { ...of, weight: undefined };
      const engine = kernel();
      expect(spikesFrom(layerOf(engine, zero), zero)).toEqual(
        spikesFrom(layerOf(engine, none), none),
      );
    }
  });

  it('does not write to what it is given', () => {
    const of = busy[0]!;
    const input = of.input.slice();
    const weight = of.weight!.slice();
    spikesFrom(layerOf(kernel(), of), of);
    layerOf(kernel(), of).run(of.input, new Uint32Array(of.input.length));
    expect(of.input).toEqual(input);
    expect(of.weight).toEqual(weight);
  });
});

describe('the refractory period', () => {
  /** For how many steps a spike closes the membrane. */
  function closedSteps(engine: Engine, input: DynapSimParametersInput, dt: number): number {
    const layer = engine.layer(dynapSimParameters(input, 1), { dt });
    const strong = Float64Array.of(30);
    let fired = 0;
    for (let t = 0; fired === 0 && t < 500; t++) fired = layer.step(strong)[0]!;
    expect(fired).toBeGreaterThan(0);
    let steps = 0;
    for (; layer.readState().timerRef[0]! > 0; steps++) {
      // What is held back does not reach the membrane, which keeps falling.
      const { imem } = layer.readState();
      expect(layer.step(strong)[0]).toBe(0);
      expect(layer.readState().imem[0]).toBeLessThan(2 * imem[0]!);
    }
    return steps;
  }

  it('closes one step with the default parameters at 1 ms', () => {
    expect(closedSteps(kernel(), {}, 1e-3)).toBe(1);
    expect(closedSteps(referenceEngine, {}, 1e-3)).toBe(1);
  });

  it('of 1.009 ms closes two steps of 1 ms', () => {
    // C_ref·Vth is 1.05e-12 ampere-seconds.
    expect(closedSteps(kernel(), { Iref: 1.05e-12 / 1.009e-3 }, 1e-3)).toBe(2);
    expect(closedSteps(referenceEngine, { Iref: 1.05e-12 / 1.009e-3 }, 1e-3)).toBe(2);
  });

  it('closes as many steps as the subtractions of the reference', () => {
    for (const dt of [1e-3, 1e-4, 3e-4]) {
      for (let wanted = 1; wanted <= 12; wanted++) {
        for (const part of [-0.4, 0, 1e-9, 0.3]) {
          const input = { Iref: 1.05e-12 / ((wanted + part) * dt), Ispkthr: 1e-8 };
          const [found, expected] = [kernel(), referenceEngine].map((engine) =>
            closedSteps(engine, input, dt),
          );
          expect([dt, wanted + part, found]).toEqual([dt, wanted + part, expected]);
        }
      }
    }
  });
});

describe('run', () => {
  it('equals step to the last bit, however it is cut', () => {
    const expected = busy.map((of) => {
      const layer = layerOf(kernel(), of);
      return { spikes: spikesFrom(layer, of).flat(), state: layer.readState() };
    });
    const lengths = fc.array(fc.nat(25), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.nat(busy.length - 1), lengths, (which, cuts) => {
        const of = busy[which]!;
        const lanes = of.batch * of.neurons;
        const layer = layerOf(kernel(), of);
        const output = new Uint32Array(of.steps * lanes);
        let at = 0;
        for (const length of [...cuts, of.steps]) {
          const end = Math.min(of.steps, at + length);
          layer.run(inputAt(of, at, end), output.subarray(at * lanes, end * lanes));
          at = end;
        }
        expect(Array.from(output)).toEqual(expected[which]!.spikes);
        expect(layer.readState()).toEqual(expected[which]!.state);
      }),
      { numRuns: runs(40) },
    );
  });

  it.each([false, true])(
    'does so over more than fits into its memory (recurrent: %s)',
    (recurrent) => {
      const large = { seed: 8, neurons: 65, batch: 5, steps: 130, dt: 1e-3, recurrent } as const;
      for (const draw of [population, dendriticPopulation]) {
        const of = draw({ ...large, kind: 'plain' });
        const [stepped, whole] = [layerOf(kernel(), of), layerOf(kernel(), of)];
        const output = new Uint32Array(of.input.length / of.dendrites);
        whole.run(of.input, output);
        expect(Array.from(output)).toEqual(spikesFrom(stepped, of).flat());
        expect(output.some((count) => count > 0)).toBe(true);
        expect(whole.readState()).toEqual(stepped.readState());
      }
    },
  );

  it('may be mixed with step', () => {
    for (const of of [lumped[0]!, dendritic[0]!]) {
      const [stepped, mixed] = [layerOf(kernel(), of), layerOf(kernel(), of)];
      const output = new Uint32Array(20 * of.batch * of.neurons);
      for (let t = 0; t < of.steps; t += 40) {
        const expected = spikesFrom(stepped, { ...of, steps: t + 40 }, t);
        expect(spikesFrom(mixed, { ...of, steps: t + 20 }, t)).toEqual(expected.slice(0, 20));
        mixed.run(inputAt(of, t + 20, t + 40), output);
        expect(Array.from(output)).toEqual(expected.slice(20).flat());
      }
    }
  });
});

describe('the state of a population in the kernel', () => {
  it('is rest at the start and after a reset, from which all goes the same way', () => {
    for (const of of busy) {
      const layer = layerOf(kernel(), of);
      const rest = restOf(of);
      expect(stateDeviation(of, layer.readState(), rest)).toBeLessThan(1e-7);
      expect(layer.readState()).toMatchObject({ spikes: rest.spikes, timerRef: rest.timerRef });
      const expected = spikesFrom(layer, of);
      const end = layer.readState();
      expect(stateDeviation(of, end, rest)).toBeGreaterThan(1);
      layer.reset();
      expect(layer.readState()).toEqual(layerOf(kernel(), of).readState());
      expect(spikesFrom(layer, of)).toEqual(expected);
      expect(layer.readState()).toEqual(end);
    }
  });

  it('is a copy', () => {
    const of = busy[0]!;
    const layer = layerOf(kernel(), of);
    spikesFrom(layer, { ...of, steps: 20 });
    const before = layer.readState();
    const copy = structuredClone(before);
    layer.readState().imem.fill(1);
    layer.writeState(copy);
    copy.iahp.fill(1);
    expect(layer.readState()).toEqual(before);
    spikesFrom(layer, of, 20);
    expect(before).not.toEqual(layer.readState());
  });

  it.each([1e-3, 1e-4])(
    'goes on in another layer as it would have here, at steps of %s s',
    (dt) => {
      for (const kind of kinds) {
        for (const recurrent of [false, true]) {
          const of = population({ seed: 9, neurons: 5, batch: 2, steps: 90, kind, recurrent, dt });
          const whole = layerOf(kernel(), of);
          const states: State[] = [];
          const expected: number[][] = [];
          for (let t = 0; t < of.steps; t++) {
            states.push(whole.readState());
            expected.push(Array.from(whole.step(inputAt(of, t))));
          }
          expect(expected.flat().some((count) => count > 0)).toBe(true);
          const other = layerOf(kernel(), of);
          for (let cut = 0; cut < of.steps; cut += 4) {
            other.writeState(states[cut]!);
            const { timerRef } = other.readState();
            expect(timerRef).toEqual(states[cut]!.timerRef);
            expect([cut, ...spikesFrom(other, of, cut)]).toEqual([cut, ...expected.slice(cut)]);
            expect(stateDeviation(of, other.readState(), whole.readState())).toBeLessThan(1e-6);
          }
        }
      }
    },
  );

  it('goes on in the middle of a refractory period, whatever the step', () => {
    for (const dt of [1e-3, 1e-4, 3e-4]) {
      for (let closed = 1; closed <= 12; closed++) {
        const period = { Iref: 1.05e-12 / (closed * dt), Ispkthr: 1e-8 };
        const layer = kernel().layer(dynapSimParameters(period, 1), { dt });
        const other = kernel().layer(dynapSimParameters(period, 1), { dt });
        let seen = 0;
        const moved: number[] = [];
        for (let t = 0; t < 300; t++) {
          layer.step(Float64Array.of(30));
          const { timerRef } = layer.readState();
          other.writeState(layer.readState());
          const error = deviation(other.readState().timerRef, timerRef);
          if (!(error <= 1e-6)) moved.push(t);
          if (timerRef[0]! > 0) seen++;
        }
        expect({ dt, closed, moved }).toMatchObject({ moved: [] });
        expect(seen).toBeGreaterThan(closed);
      }
    }
  });

  it('tells the potential before the reset over the whole range of currents', () => {
    const decades = Array.from({ length: 200 }, (_, k) => 10 ** (-12 + k / 20));
    for (const kappa of [0.3, 0.7, 0.95]) {
      const input = { kappa_n: kappa, kappa_p: kappa, Ispkthr: 1 };
      const parameters = dynapSimParameters(input, decades.length);
      // A step of a femtosecond leaves the membrane where it is.
      const layer = kernel().layer(parameters, { dt: 1e-15 });
      const state = restState(parameters);
      state.imem.set(decades);
      layer.writeState(state);
      layer.step(new Float64Array(decades.length));
      const { imem, vmem, spikes } = layer.readState();
      expect(deviation(imem, Float64Array.from(decades))).toBeLessThan(1e-6);
      expect(spikes.every((count) => count === 0)).toBe(true);
      for (const [k, current] of decades.entries()) {
        const expected = (0.025 / kappa) * Math.log(current / 5e-13);
        expect(Math.abs(vmem[k]! - expected) * (kappa / 0.025)).toBeLessThan(2e-5);
      }
    }
  });

  it('goes on from a state of the reference, and the reference from its', () => {
    let compared = 0;
    for (const of of busy) {
      for (const cut of [1, 13, 40]) {
        for (const [from, to] of [
          [referenceEngine, kernel()],
          [kernel(), referenceEngine],
        ] as const) {
          const [first, second] = [layerOf(from, of), layerOf(to, of)];
          spikesFrom(first, { ...of, steps: cut });
          second.writeState(first.readState());
          const [own, reference] = to === referenceEngine ? [first, second] : [second, first];
          const found = follow(to, of, own, reference, cut);
          expect(found.wrong).toBe(-1);
          expect(found.worst).toBeLessThan(tolerance);
          compared += found.compared;
        }
      }
    }
    expect(compared).toBeGreaterThan(1000);
  });

  it('may be any: beyond the threshold, with spikes and timers of its own', () => {
    for (const of of busy) {
      const state = restOf(of);
      const levels = [1e-8, 1e-12, 3e-10, 5e-7];
      for (let lane = 0; lane < state.imem.length; lane++) {
        const level = levels[lane % 4]!;
        if ('isyn' in state) {
          state.isyn[lane] = 2 * level;
        } else {
          state.iampa[lane] = 2 * level;
          state.igaba[lane] = 2e-12 * (lane % 5);
          state.inmda[lane] = level;
          state.ishunt[lane] = level / 2;
        }
        state.iahp[lane] = 1e-12 + 1e-4 * level;
        state.imem[lane] = level;
        state.vmem[lane] = 0.1 * (lane % 3);
        state.spikes[lane] = lane % 4;
        state.timerRef[lane] = 7e-4 * (lane % 5);
      }
      const [own, reference] = [layerOf(kernel(), of), layerOf(referenceEngine, of)];
      own.writeState(state);
      reference.writeState(state);
      expect(stateDeviation(of, own.readState(), state)).toBeLessThan(1e-6);
      expect(own.readState().spikes).toEqual(state.spikes);
      expect(deviation(own.readState().timerRef, state.timerRef)).toBeLessThan(1e-6);
      const found = follow(kernel(), of, own, reference);
      expect([found.wrong, found.compared > 5]).toEqual([-1, true]);
      expect(found.worst).toBeLessThan(tolerance);
    }
  });
});

describe('the trials of a population in the kernel', () => {
  it('are apart: what the others are given changes no bit', () => {
    for (const of of busy.filter(({ batch }) => batch > 1)) {
      const { neurons, dendrites, batch } = of;
      const channels = dendrites * neurons;
      const whole = layerOf(kernel(), of);
      const spikes = spikesFrom(whole, of);
      const state = whole.readState();
      for (let trial = 0; trial < batch; trial++) {
        const own = (row: ArrayLike<number>): number[] =>
          Array.from(row).slice(trial * neurons, (trial + 1) * neurons);
        const input = of.input.map((value, i) =>
          Math.floor(i / channels) % batch === trial ? value : 20 - value,
        );
        const other = layerOf(kernel(), of);
        const found = spikesFrom(other, { ...of, input });
        expect(found).not.toEqual(spikes);
        expect(found.map(own)).toEqual(spikes.map(own));
        const end = valuesOf(other.readState());
        for (const [name, values] of Object.entries(valuesOf(state))) {
          expect(own(end[name]!)).toEqual(own(values));
        }
      }
    }
  });

  it('are as if each ran alone, but for the order of sums', () => {
    for (const of of busy) {
      const together = layerOf(kernel(), of);
      const spikes = spikesFrom(together, of);
      const state = together.readState();
      for (let trial = 0; trial < of.batch; trial++) {
        const own = (row: Float64Array): Float64Array => {
          const size = row.length / of.batch;
          return row.slice(trial * size, (trial + 1) * size);
        };
        const alone = layerOf(kernel(), { ...of, batch: 1 });
        const found = Array.from({ length: of.steps }, (_, t) =>
          Array.from(alone.step(own(inputAt(of, t)))),
        );
        expect(found).toEqual(spikes.map((row) => Array.from(own(Float64Array.from(row)))));
        const expected = mapState(state, own);
        expect(stateDeviation(of, alone.readState(), expected)).toBeLessThan(tolerance);
      }
    }
  });

  it('and instances share nothing', () => {
    const of = busy[1]!;
    const [working, idle] = [layerOf(kernel(), of), layerOf(kernel(), of)];
    const rest = idle.readState();
    spikesFrom(working, of);
    expect(idle.readState()).toEqual(rest);
  });

  it('may be hundreds of populations at once', () => {
    const of = busy[0]!;
    const layers = Array.from({ length: 400 }, () => layerOf(kernel(), of));
    const expected = spikesFrom(layers[0]!, of);
    expect(spikesFrom(layers[399]!, of)).toEqual(expected);
  });
});
