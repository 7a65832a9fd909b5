import { deploy, dynapSim, linear, pipeline, poissonRaster, virtualBoard } from 'spikeline';
import { expect, it } from 'vitest';
import { chooseNeurons } from '#cli/frozen-noise/choose-neurons';

it('chooses a neuron of the core for each of the network, and tells how far it is', async () => {
  const weight = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? [2, 1] : [1, 2]));
  const deployment = deploy(pipeline(linear({ weight }), dynapSim({ neurons: 2 })));
  const noise = [1, 2].map((seed) =>
    poissonRaster({ channels: 60, rate: 50, duration: 0.05, seed }),
  );
  const link = await virtualBoard({ seed: 3, mismatch: { fraction: 0.3 } }).open();
  const measured: number[] = [];
  try {
    const chosen = await chooseNeurons(link, deployment, noise, (done) => measured.push(done));
    expect(new Set(chosen).size).toBe(2);
    expect(chosen.every((neuron) => neuron >= 0 && neuron < 256)).toBe(true);
  } finally {
    await link.close();
  }
  expect(measured).toEqual([1, 2, 3, 4]);
});
