import {
  type DeployOptions,
  deploy,
  diagnose,
  dynapSim,
  linear,
  pipeline,
  poissonRaster,
  spikeRaster,
} from 'spikeline';
import { encodeWeights } from 'spikeline/chip';
import { describe, expect, it } from 'vitest';

/** Bases of 1, 2, 4 and 8: below 0.5, a weight is lost. */
const exact: DeployOptions = { quantiser: (weights) => encodeWeights(weights, [1, 2, 4, 8]) };
const lively = { Ispkthr: 1e-9 };

describe('a neuron that falls silent', () => {
  it('is named with what silenced it: weights that became zero', () => {
    const net = pipeline(
      linear({ weight: [[0.4, 8]] }),
      dynapSim({ ...lively, neurons: 2, name: 'out' }),
    );
    const { silent, remarks } = diagnose(deploy(net, exact));
    expect(silent).toEqual([
      {
        population: 'out',
        index: 0,
        spikes: expect.any(Number),
        cause: 'its only weight became zero',
      },
    ]);
    expect(silent[0]!.spikes).toBeGreaterThan(0);
    expect(remarks).toContainEqual(
      `out[0] falls silent, ${silent[0]!.spikes} spikes before: its only weight became zero`,
    );
  });

  it('silences those that only it excites', () => {
    const net = pipeline(
      linear({ weight: [[0.4, 8]] }),
      dynapSim({ ...lively, neurons: 2, name: 'hidden' }),
      linear({ weight: [[8], [0]] }),
      dynapSim({ ...lively, neurons: 1, name: 'out' }),
    );
    expect(
      diagnose(deploy(net, exact)).silent.map(({ population, index, cause }) => [
        population,
        index,
        cause,
      ]),
    ).toEqual([
      ['hidden', 0, 'its only weight became zero'],
      [
        'out',
        0,
        'what excites it fell silent, first of all hidden[0]: its only weight became zero',
      ],
    ]);
  });

  it('is named once with its cause, where others excite it in a circle', () => {
    const net = pipeline(
      linear({ weight: [[0.4, 0, 0]], name: 'in' }),
      dynapSim({
        ...lively,
        neurons: 3,
        recurrent: [
          [0, 8, 0],
          [0, 0, 8],
          [8, 0, 0],
        ],
        name: 'hidden',
      }),
    );
    const others =
      'what excites it fell silent, first of all hidden[0]: its input shrank by 100 %; 1 of 2 weights became zero';
    const { silent } = diagnose(deploy(net, exact));
    expect(silent.map(({ index, cause }) => [index, cause])).toEqual([
      [0, expect.stringMatching(/^its input shrank by \d+(\.\d+)? %; 1 of 2 weights became zero$/)],
      [1, others],
      [2, others],
    ]);
  });

  it('has less input, where its weights were rounded down', () => {
    const net = pipeline(
      linear({ weight: [[1], [0.1]] }),
      dynapSim({ Itau_mem: 2e-11, neurons: 1, name: 'out' }),
    );
    const coarse = { quantiser: (all: ArrayLike<number>) => encodeWeights(all, [0.3, 4, 8, 16]) };
    const [only] = diagnose(deploy(net, coarse)).silent;
    expect(only!.cause).toMatch(/^its input shrank by \d+ %; 1 of 2 weights became zero$/);
  });

  it('shares its core with neurons of another leak', () => {
    const net = pipeline(
      linear({ weight: [[2, 2]] }),
      dynapSim({ Itau_mem: [5e-12, 1e-10], neurons: 2, name: 'out' }),
    );
    const [only, ...others] = diagnose(deploy(net, exact)).silent;
    expect(others).toEqual([]);
    expect(only).toMatchObject({ population: 'out', index: 0 });
    expect(only!.cause).toMatch(/^Itau_mem is .* % more than asked, since its core shares it$/);
    expect(diagnose(deploy(net, { ...exact, cluster: { method: 'similar' } })).silent).toEqual([]);
  });
});

describe('silence', () => {
  const net = pipeline(
    linear({ weight: [[0.4], [8]] }),
    dynapSim({ ...lively, neurons: 1, name: 'out' }),
  );

  it('is looked for with the input that is given', () => {
    const onFirst = spikeRaster({
      channels: 2,
      dt: 1e-3,
      counts: Array.from({ length: 400 }, (_, i) => +(i % 20 === 0)),
    });
    expect(diagnose(deploy(net, exact)).silent).toEqual([]);
    expect(diagnose(deploy(net, exact), onFirst).silent).toMatchObject([
      { population: 'out', cause: expect.stringMatching(/^its input shrank by 100 %/) },
    ]);
  });

  it('is none where nothing changes, or where there was silence before', () => {
    const input = poissonRaster({ channels: 2, rate: 0, duration: 0.1, seed: 1 });
    expect(diagnose(deploy(net, exact), input).silent).toEqual([]);
  });
});
