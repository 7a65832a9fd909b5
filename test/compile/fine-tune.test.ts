import {
  type Deployment,
  deploy,
  fineTune,
  InvalidArgumentError,
  type Loss,
  meanSquaredError,
  type Pipeline,
  rateCrossEntropy,
  referenceEngine,
} from 'spikeline';
import { encodeWeights } from 'spikeline/chip';
import { lossFunction, pipelineGradient, pipelineWeights, startTraining } from 'spikeline/train';
import { describe, expect, it } from 'vitest';
import { subsetSums } from '#src/chips/masks';
import { smallNet, smallSamples } from '#test/train/small-task';

const samples = smallSamples();

/** Base currents far from the best, so that there is something to win. */
const coarse = {
  quantiser: (weights: ArrayLike<number>) => {
    const largest = Math.max(...Array.from(weights, Math.abs));
    return encodeWeights(weights, [largest / 3, largest / 3, largest / 2, largest]);
  },
};

function lossOf(net: Pipeline, loss: Loss): number {
  const { steps } = samples[0]!.input;
  const of = lossFunction(loss, samples, steps, net.channelsOut);
  return pipelineGradient(net, samples, of, referenceEngine).evaluate();
}

async function trained(loss: Loss): Promise<Pipeline> {
  const training = startTraining(smallNet(), samples, {
    epochs: 300,
    loss,
    optimiser: { learningRate: 0.05 },
  });
  await training.advance(300);
  return training.pipeline();
}

/** Checks that every weight is one that the base currents of its core can say. */
function expectOnLevels({ quantised, cores }: Deployment): void {
  const levels = subsetSums(cores[0]!.weights.base);
  for (const weight of pipelineWeights(quantised)) {
    expect(Math.min(...levels.map((level) => Math.abs(level - Math.abs(weight))))).toBe(0);
  }
}

describe('fineTune', () => {
  it.each([
    ['mean squared error', meanSquaredError(1.5), {}],
    ['cross-entropy', rateCrossEntropy(0.1), {}],
    ['mean squared error, poor base currents', meanSquaredError(1.5), coarse],
    ['cross-entropy, poor base currents', rateCrossEntropy(0.1), coarse],
  ])('wins back what quantisation loses: %s', async (_, loss, options) => {
    const net = await trained(loss);
    const start = deploy(net, options);
    const engine = referenceEngine;
    const tuned = await fineTune(net, samples, { epochs: 150, loss, engine, deploy: options });
    expect(tuned.lossBefore).toBeCloseTo(lossOf(start.quantised, loss), 12);
    expect(tuned.loss).toBeLessThan(tuned.lossBefore);
    expect(lossOf(tuned.deployment.quantised, loss)).toBeCloseTo(tuned.loss, 12);
    expectOnLevels(tuned.deployment);
    expect(tuned.deployment.cores[0]!.weights.base).toEqual(start.cores[0]!.weights.base);
    expect(tuned.deployment.mse).toBe(0);
  });

  it('leaves weights alone that are zero', async () => {
    const net = await trained(meanSquaredError(1.5));
    const lost = deploy(net, coarse);
    const { deployment } = await fineTune(net, samples, { epochs: 20, deploy: coarse });
    const after = pipelineWeights(deployment.quantised);
    const zeros = pipelineWeights(lost.quantised).map((weight, i) =>
      Number(weight === 0 && after[i] !== 0),
    );
    expect(Math.max(...zeros)).toBe(0);
  });

  it('keeps the cores and what else is asked', async () => {
    const cores = [
      { chip: 0, core: 2 },
      { chip: 1, core: 1 },
    ];
    const { deployment } = await fineTune(smallNet(), samples, { epochs: 3, deploy: { cores } });
    expect(deployment.cores.map(({ chip, core }) => ({ chip, core }))).toEqual(cores);
    expect(deployment.where('out', 1)).toMatchObject({ chip: 1, core: 1, neuron: 0 });
  });

  it('is the same every time, and tells of every epoch', async () => {
    const heard: (readonly [number, number])[] = [];
    const options = { epochs: 5, deploy: coarse };
    const progress = (epoch: number, loss: number): void => {
      heard.push([epoch, loss]);
    };
    const first = await fineTune(smallNet(), samples, { ...options, progress });
    const second = await fineTune(smallNet(), samples, options);
    expect(second.loss).toBe(first.loss);
    expect(second.deployment.configuration).toEqual(first.deployment.configuration);
    expect(heard.map(([epoch]) => epoch)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(heard[0]![1]).toBe(first.lossBefore);
    expect(Math.min(...heard.map(([, loss]) => loss))).toBe(first.loss);
  });

  it('only quantises in no epochs', async () => {
    const { loss, lossBefore, deployment } = await fineTune(smallNet(), samples, {
      epochs: 0,
      deploy: coarse,
    });
    expect(loss).toBe(lossBefore);
    expect(deployment.quantised).toEqual(deploy(smallNet(), coarse).quantised);
  });

  it('refuses what cannot be, with all reasons', async () => {
    const wrong = fineTune(smallNet(), [{ input: samples[0]!.input }], {
      epochs: -1,
      optimiser: { learningRate: 0 },
    });
    await expect(wrong).rejects.toThrow(InvalidArgumentError);
    await wrong.catch(({ reasons }: InvalidArgumentError) =>
      expect(reasons).toEqual([
        expect.stringContaining('samples[0].target: there is no target'),
        expect.stringContaining('learningRate is 0'),
        expect.stringContaining('epochs is -1'),
      ]),
    );
  });
});
