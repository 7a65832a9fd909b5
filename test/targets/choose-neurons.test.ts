import {
  chooseNeurons,
  deploy,
  dynapSim,
  InvalidArgumentError,
  linear,
  pipeline,
  poissonRaster,
  virtualBoard,
} from 'spikeline';
import { expect, it } from 'vitest';

it('chooses a neuron of the core for each of the network, and tells how far it is', async () => {
  const weight = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? [2, 1] : [1, 2]));
  const deployment = deploy(pipeline(linear({ weight }), dynapSim({ neurons: 2 })));
  const noise = [1, 2].map((seed) =>
    poissonRaster({ channels: 60, rate: 50, duration: 0.05, seed }),
  );
  const link = await virtualBoard({ seed: 3, mismatch: { fraction: 0.3 } }).open();
  const measured: number[] = [];
  try {
    const chosen = await chooseNeurons(link, deployment, noise, {
      onMeasured: (done) => measured.push(done),
    });
    expect(new Set(chosen.map(({ neuron }) => neuron)).size).toBe(2);
    expect(chosen.every(({ chip, core, neuron }) => chip === 0 && core === 0 && neuron < 256)).toBe(
      true,
    );
  } finally {
    await link.close();
  }
  expect(measured).toEqual([1, 2, 3, 4]);
});

it('refuses junk, and networks that are no single population on one core, with all problems', async () => {
  const problemsOf = async (...args: unknown[]): Promise<string[]> => {
    const failure: unknown = await chooseNeurons(
      ...(args as Parameters<typeof chooseNeurons>),
    ).catch((cause) => cause);
    if (failure instanceof InvalidArgumentError) return failure.problems.map(({ path }) => path);
    throw failure;
  };
  expect(await problemsOf(undefined, {}, [], { onmeasured: 1 })).toEqual([
    'link',
    'deployment',
    'noise',
    'onmeasured',
  ]);
  const link = await virtualBoard({ seed: 1 }).open();
  const two = pipeline(
    linear({ weight: [[3]] }),
    dynapSim({ neurons: 1 }),
    linear({ weight: [[3]] }),
    dynapSim({ neurons: 1 }),
  );
  const raster = poissonRaster({ channels: 1, rate: 50, duration: 0.01, seed: 1 });
  expect(await problemsOf(link, deploy(two), [raster, { ...raster, counts: 7 }])).toEqual(
    expect.arrayContaining(['deployment.pipeline', 'noise[1].counts']),
  );
  await link.close();
});
