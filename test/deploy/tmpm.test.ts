import { encodeWeights, fineTune, lossFunction, meanSquaredError, pipelineGradient, rateCrossEntropy, referenceEngine, startTraining, quantise, pipelineWeights, type Loss, type Pipeline } from 'spikeline';
import { it } from 'vitest';
import { smallNet, smallSamples } from '../train/small-task.ts';
it('x', async () => {
  for (const seed of [1,2,3]) for (const [nm, loss] of [['mse', meanSquaredError(1.5)], ['ce', rateCrossEntropy(0.1)]] as [string, Loss][]) {
    const samples = smallSamples(seed);
    const lossOf = (net: Pipeline) => pipelineGradient(net, samples, lossFunction(loss, samples, samples[0]!.input.steps, 2), referenceEngine).evaluate();
    const tr = startTraining(smallNet(seed), samples, { epochs: 300, loss, optimiser: { learningRate: 0.05 } });
    await tr.advance(300);
    const net = tr.pipeline();
    console.log(seed, nm, 'float0', lossOf(smallNet(seed)), 'float', lossOf(net), Array.from(pipelineWeights(net), x=>x.toFixed(1)).join(' '));
    for (const [q, bases] of [['best', undefined], ['l1', (l: number) => [l,l,l,l]], ['half', (l:number)=>[l/2,l/2,l/2,l/2]], ['third', (l:number)=>[l/3,l/3,l/2,l]]] as const)
      for (const lr of [0.01, 0.1]) {
      const quantiser = (w: ArrayLike<number>) => bases === undefined ? quantise(w) : encodeWeights(w, bases(Math.max(...Array.from(w, Math.abs))));
      const t = await fineTune(net, samples, { epochs: 200, loss, engine: referenceEngine, optimiser: {learningRate: lr}, deploy: { quantiser } });
      console.log('   ', q, lr, t.lossBefore.toFixed(4), t.loss.toFixed(4));
    }
  }
}, 100000);
