import {
  deploy,
  dynapSim,
  linear,
  type Pipeline,
  pipeline,
  poissonRaster,
  referenceEngine,
  startPipeline,
} from 'spikeline';
import { encodeWeights, toDynapSim } from 'spikeline/chip';
import { describe, expect, it } from 'vitest';
import { mergeStages } from '#src/compile/front/merge';
import { feedback, parallel, residual } from '#src/pipeline/compose';
import { boardSpikes } from './board-spikes.ts';
import { dense } from './dense.ts';

const lively = { Ispkthr: 8e-9 };
const neurons = (name: string, count: number) => dynapSim({ ...lively, neurons: count, name });
const weight = (rows: number, columns: number, seed: number): number[][] =>
  Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (_, c) => 4 + 3 * Math.sin(7 * r + 3 * c + seed)),
  );
const joined = (join: 'concatenate' | 'add'): Pipeline =>
  pipeline(
    linear({ weight: weight(4, 3, 1), name: 'in' }),
    neurons('first', 3),
    parallel(
      linear({ weight: weight(3, 2, 2), name: 'left' }),
      linear({ weight: weight(3, 2, 3), name: 'right' }),
      { join },
    ),
    neurons('last', join === 'add' ? 2 : 4),
  );
const looped = pipeline(
  linear({ weight: weight(4, 2, 1), name: 'in' }),
  neurons('first', 2),
  feedback(pipeline(linear({ weight: weight(2, 2, 4), name: 'mix' }), neurons('inner', 2))),
  linear({ weight: weight(2, 2, 2), name: 'onward' }),
  neurons('last', 2),
);

describe('a pipeline that is a graph', () => {
  it('adds the weights of ways that lead from one population to another', () => {
    const { recurrent } = dense(mergeStages(joined('add')));
    const [left, right] = [weight(3, 2, 2), weight(3, 2, 3)];
    for (let pre = 0; pre < 3; pre++) {
      for (let post = 0; post < 2; post++) {
        const found = recurrent.values[pre * 5 + 3 + post];
        expect(found).toBeCloseTo(left[pre]![post]! + right[pre]![post]!, 12);
      }
    }
  });

  it('keeps the weights of ways that end beside each other', () => {
    const { recurrent } = dense(mergeStages(joined('concatenate')));
    const row = Array.from(recurrent.values.subarray(3, 7));
    expect(row).toEqual([...weight(3, 2, 2)[0]!, ...weight(3, 2, 3)[0]!]);
  });

  it('leads back one step later', () => {
    const merged = mergeStages(looped);
    const { recurrent } = dense(merged);
    const { first } = merged.populations['inner']!;
    for (const [pre, row] of weight(2, 2, 4).entries()) {
      const at = (from: number) => from * recurrent.columns + first;
      // The same weights lead to it from the population before it, and from itself.
      for (const from of [pre, first + pre]) {
        expect(Array.from(recurrent.values.subarray(at(from), at(from) + 2))).toEqual(row);
      }
    }
  });

  it.each([
    ['ways added', joined('add')],
    ['ways beside each other', joined('concatenate')],
    ['a loop', looped],
    [
      'a way around',
      pipeline(
        linear({ weight: weight(4, 3, 1), name: 'in' }),
        neurons('first', 3),
        residual(pipeline(linear({ weight: weight(3, 3, 5), name: 'mix' }), neurons('inner', 3))),
        linear({ weight: weight(3, 3, 2), name: 'onward' }),
        neurons('last', 3),
      ),
    ],
  ])('is deployed with %s, and the board computes what was deployed', async (_, net) => {
    const deployment = deploy(net, {
      quantiser: (all) => encodeWeights(all, [0.7, 1.6, 3.1, 6.3]),
    });
    const noise = poissonRaster({ channels: 4, rate: 80, duration: 0.5, seed: 3 });
    const names = Object.keys(deployment.population.populations);
    const words = names.flatMap((name) => [...deployment.wordsOf(name)]);
    const onBoard = await boardSpikes(deployment, noise, words);
    const simulated = startPipeline(deployment.deployedPipeline, referenceEngine).process(noise);
    expect(onBoard.counts.some((count) => count > 0)).toBe(true);
    expect(onBoard.counts).toEqual(simulated.counts);
  });

  it('spikes as before when its neurons become those of the chip', () => {
    const noise = poissonRaster({ channels: 4, rate: 80, duration: 0.5, seed: 3 });
    for (const net of [joined('add'), joined('concatenate'), looped]) {
      const [before, after] = [net, toDynapSim(net)].map((own) =>
        startPipeline(own, referenceEngine).process(noise),
      );
      expect(after!.counts).toEqual(before!.counts);
    }
  });
});

describe('a stage', () => {
  it.each(['__proto__', 'toString', 'constructor'])('may be named %s', (name) => {
    const net = pipeline(linear({ weight: [[4]] }), neurons(name, 1));
    const { where, outputWords, wordsOf } = deploy(net);
    expect(where(name, 0).neuron).toBe(0);
    expect(wordsOf(name)).toEqual(outputWords);
  });
});
