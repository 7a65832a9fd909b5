import {
  type Deployment,
  deploy,
  dynapSim,
  fineTune,
  linear,
  type Pipeline,
  pipeline,
  rateCrossEntropy,
  startPipeline,
} from 'spikeline';
import { diagnose } from 'spikeline/chip';
import { randomStream } from 'spikeline/neurons';
import { beforeAll, describe, expect, it } from 'vitest';
import { boardSpikes } from './board-spikes.ts';
import { chosen, type Trial, trained, trials } from './three-classes.ts';

const shared = { cluster: { method: 'balanced' as const } };

/** Part of the trials in which the board chooses the class that it is. */
async function rightOnBoard(deployment: Deployment, tests: readonly Trial[]): Promise<number> {
  let right = 0;
  for (const { input, label } of tests) {
    const spikes = await boardSpikes(deployment, input, [...deployment.outputWords]);
    right += Number(chosen(spikes) === label);
  }
  return right / tests.length;
}

function rightInFloat(net: Pipeline, tests: readonly Trial[]): number {
  const right = tests.filter(
    ({ input, label }) => chosen(startPipeline(net).process(input)) === label,
  );
  return right.length / tests.length;
}

describe('three classes, 96 channels, trained', () => {
  const seeds = [0, 1, 2, 3, 4];
  const nets: Pipeline[] = [];
  beforeAll(async () => {
    for (const seed of seeds) nets.push(await trained(seed));
  });

  it.each(seeds)('are told apart on the board as deployed by default, seed %s', async (seed) => {
    const tests = trials(seed, 24, 'test');
    expect(rightInFloat(nets[seed]!, tests)).toBeGreaterThanOrEqual(0.97);
    const deployment = deploy(nets[seed]!);
    expect(deployment.cores).toHaveLength(2);
    expect(await rightOnBoard(deployment, tests)).toBeGreaterThanOrEqual(0.93);
  });

  it('are not if both populations share the base currents of a core, which is said first', async () => {
    const tests = trials(0, 12, 'test');
    const deployment = deploy(nets[0]!, shared);
    expect(deployment.cores).toHaveLength(1);
    expect(await rightOnBoard(deployment, tests)).toBeLessThanOrEqual(0.4);
    expect(deployment.remarks[0]).toMatch(
      /^nothing excites output\[0\], output\[1\], output\[2\] any more, first of all output\[0\]/,
    );
    const { remarks, silent } = diagnose(deployment, tests[0]!.input);
    expect(remarks[0]).toMatch(/falls silent.*its? .*weights became zero/);
    expect(silent.every(({ population }) => population === 'output')).toBe(true);
  });

  it('cannot be won back by fine-tuning where no output spikes, and that is said', async () => {
    const tuned = await fineTune(nets[0]!, trials(0, 6, 'train'), {
      epochs: 3,
      loss: rateCrossEntropy(0.1),
      deploy: shared,
    });
    expect(tuned.moved).toBe(false);
    expect(tuned.loss).toBeCloseTo(Math.log(3), 6);
    expect(tuned.remarks[0]).toMatch(/^fine-tuning did not move: the loss stays 1\.10; /);
  });
});

describe('cores of their own', () => {
  const random = randomStream(1, 'separate');
  const matrix = (rows: number, columns: number, size: number): number[][] =>
    Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => size * (0.3 + random.uniform())),
    );
  const layers = (...sizes: number[]): Pipeline =>
    pipeline(
      ...sizes.flatMap((size, i) => [
        linear({ weight: matrix(12, 12, size), name: `weights${i}` }),
        dynapSim({ neurons: 12, name: `layer${i}` }),
      ]),
    );

  it('are not spent on populations of like weights', () => {
    expect(deploy(layers(4, 4, 4)).cores).toHaveLength(1);
  });

  it('are spent on those that sharing would harm, the others stay together', () => {
    const { cores, where } = deploy(layers(40, 0.5, 38));
    expect(cores).toHaveLength(2);
    const coreOf = (name: string) => {
      const { chip, core } = where(name, 0);
      return `${chip}/${core}`;
    };
    expect(coreOf('layer0')).toBe(coreOf('layer2'));
    expect(coreOf('layer1')).not.toBe(coreOf('layer0'));
  });

  it('are spent while cores are free only, and not if the number of clusters is given', () => {
    const net = layers(30, 5, 0.8, 0.12, 0.02);
    expect(deploy(net).cores).toHaveLength(5);
    expect(deploy(net, { chips: 1 }).cores).toHaveLength(4);
    expect(deploy(net, { cluster: { clusters: 1 } }).cores).toHaveLength(1);
    expect(deploy(net, { cluster: { method: 'balanced' } }).cores).toHaveLength(1);
  });

  it('are none for one population, whatever its weights', () => {
    const weight = matrix(12, 12, 1).map((row, r) =>
      row.map((value) => (value * 4 ** (r % 4)) / 10),
    );
    expect(deploy(pipeline(linear({ weight }), dynapSim({ neurons: 12 }))).cores).toHaveLength(1);
  });
});
