import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import type { Worker } from 'node:worker_threads';
import { firstValueFrom, lastValueFrom, take, toArray } from 'rxjs';
import {
  dynapSim,
  InvalidArgumentError,
  kernel,
  linear,
  meanSquaredError,
  pipeline,
  type TrainingOptions,
  train,
} from 'spikeline';
import type { Learner } from 'spikeline/neurons';
import { KernelThreadError } from 'spikeline/problems';
import { packCheckpoint, startTraining, unpackCheckpoint } from 'spikeline/train';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { reasonsOf } from '#test/events/reasons';
import { program } from '#test/support/programs';
import { watch } from '#test/support/watch';
import { learnerOf, type Model, type NetShape, randomTask } from './tasks.ts';

/** Every worker of a test, and how many of them may start. */
const started = {
  workers: [] as Worker[],
  /** Those that keep the process alive. */
  held: new Set<Worker>(),
  most: Number.POSITIVE_INFINITY,
};

// `vi.mock` misses all but the first of several imports at once, so Node's own module is changed.
const threadsOfNode: { Worker: typeof Worker } = createRequire(import.meta.url)(
  'node:worker_threads',
);
const OriginalWorker = threadsOfNode.Worker;

class RecordedWorker extends OriginalWorker {
  constructor(...given: ConstructorParameters<typeof OriginalWorker>) {
    if (started.workers.length >= started.most) throw new Error('no more threads');
    super(...given);
    started.workers.push(this);
    started.held.add(this);
  }

  override ref(): void {
    started.held.add(this);
    super.ref();
  }

  override unref(): void {
    started.held.delete(this);
    super.unref();
  }
}

// What waits for a thread that never goes is not to wait for a minute.
vi.setConfig({ testTimeout: 20_000 });

beforeAll(() => {
  threadsOfNode.Worker = RecordedWorker;
  syncBuiltinESMExports();
});

afterAll(() => {
  threadsOfNode.Worker = OriginalWorker;
  syncBuiltinESMExports();
});

beforeEach(() => {
  started.workers = [];
  started.held.clear();
  started.most = Number.POSITIVE_INFINITY;
});

/** Waits until every worker that was started is gone. */
async function allGone(): Promise<void> {
  // A worker that has exited has no thread any more.
  const alive = started.workers.filter(({ threadId }) => threadId !== -1);
  await Promise.all(alive.map((worker) => once(worker, 'exit')));
}

/** Waits until `count` workers run. */
async function running(count: number): Promise<void> {
  await vi.waitFor(() => expect(started.workers).toHaveLength(count), { timeout: 20_000 });
  await Promise.all(
    started.workers.map((worker) => (worker.threadId > 0 ? undefined : once(worker, 'online'))),
  );
}

function problem(
  shape: NetShape,
  neurons: number,
  trials: number,
  loss: 'error' | 'entropy',
  model: Model = 'lumped',
) {
  const task = randomTask({ seed: neurons, model, shape, neurons, trials, steps: 30, loss });
  return { net: task.pipeline, samples: task.samples, loss: task.loss };
}

const nets = {
  'sixteen neurons, ten blocks': { ...problem('recurrent', 16, 5, 'error'), instances: 2 },
  'two neurons, the last of three blocks not full': {
    ...problem('recurrent', 2, 5, 'error'),
    instances: 1,
  },
  'one neuron, three chips': { ...problem('forward', 1, 2, 'error'), instances: 3 },
  'two populations, three blocks': { ...problem('deep', 9, 3, 'entropy'), instances: 1 },
  'one block only': { ...problem('deep', 7, 1, 'entropy'), instances: 1 },
  'four dendrites, three blocks': {
    ...problem('recurrent', 6, 3, 'error', 'dendritic'),
    instances: 1,
  },
  'four dendrites after one, six blocks of two trials': {
    ...problem('deep', 2, 4, 'error', 'mixed'),
    instances: 3,
  },
};

const { net, samples, loss } = nets['sixteen neurons, ten blocks'];
/** So long that no test sees its end. */
const endless: TrainingOptions = { epochs: 1e6, loss, optimiser: { learningRate: 0.01 } };

describe.each(Object.entries(nets))('threads: %s', (_, given) => {
  it('learn the same as none, to the last bit, however many there are', async () => {
    const options: TrainingOptions = {
      epochs: 20,
      loss: given.loss,
      optimiser: { learningRate: 0.1, schedule: { kind: 'exponential', final: 0.1 } },
      mismatch: { fraction: 0.2, every: 7, instances: given.instances },
      seed: 2,
    };
    const alone = startTraining(given.net, given.samples, { ...options, engine: kernel() });
    expect(alone.advance(20)).toBeUndefined();
    const expected = alone.checkpoint();
    for (const threads of [1, 2, 3]) {
      const engine = kernel({ threads });
      const training = startTraining(given.net, given.samples, { ...options, engine });
      const advancing = training.advance(3);
      expect(advancing).toBeInstanceOf(Promise);
      await advancing;
      expect(training.epoch).toBe(3);
      await training.advance(100);
      expect(training.epoch).toBe(20);
      expect(training.checkpoint()).toEqual(expected);
      await training.close();
    }
    expect(started.workers).toHaveLength(6);
    await allGone();
  });
});

describe('training on threads', () => {
  it('leaves this thread free', async () => {
    const training = startTraining(net, samples, { ...endless, engine: kernel({ threads: 1 }) });
    const advancing = training.advance(1e6);
    await running(1);
    let turns = 0;
    for (; turns < 100; turns++) await new Promise(setImmediate);
    expect(turns).toBe(100);
    expect(training.epoch).toBeLessThan(1e6);
    const ended = expect(advancing).rejects.toThrow(KernelThreadError);
    await training.close();
    await ended;
    await allGone();
  });

  it('holds the process while somebody waits for it, and not a moment longer', async () => {
    const training = startTraining(net, samples, { ...endless, engine: kernel({ threads: 2 }) });
    for (let portion = 0; portion < 2; portion++) {
      const advancing = training.advance(20);
      while (started.held.size < 2) await new Promise((resolve) => setImmediate(resolve));
      await advancing;
      expect(started.held.size).toBe(0);
    }
    await training.close();
    await allGone();
  });

  it('may be done twice at once', async () => {
    const engine = kernel({ threads: 2 });
    const other = nets['two populations, three blocks'];
    const options = { epochs: 25, optimiser: { learningRate: 0.1 } };
    const both = [
      { ...other, options: { ...options, loss: other.loss } },
      { net, samples, options: { ...options, loss } },
    ];
    const found = both.map((one) =>
      startTraining(one.net, one.samples, { ...one.options, engine }),
    );
    await Promise.all(found.map((training) => training.advance(25)));
    for (const [i, one] of both.entries()) {
      const alone = startTraining(one.net, one.samples, { ...one.options, engine: kernel() });
      expect(alone.advance(25)).toBeUndefined();
      expect(found[i]!.checkpoint()).toEqual(alone.checkpoint());
    }
    expect(started.workers).toHaveLength(4);
    await Promise.all(found.map((training) => training.close()));
    await allGone();
  });

  it('goes on from a checkpoint, with any number of threads, to the last bit', async () => {
    const options: TrainingOptions = {
      epochs: 20,
      loss,
      mismatch: { fraction: 0.2, every: 6 },
      seed: 4,
    };
    const whole = startTraining(net, samples, { ...options, engine: kernel() });
    expect(whole.advance(20)).toBeUndefined();
    const first = startTraining(net, samples, { ...options, engine: kernel({ threads: 2 }) });
    await first.advance(9);
    const checkpoint = unpackCheckpoint(packCheckpoint(first.checkpoint()));
    await first.close();
    const second = startTraining(net, samples, {
      ...options,
      checkpoint,
      engine: kernel({ threads: 3 }),
    });
    await second.advance(20);
    expect(second.checkpoint()).toEqual(whole.checkpoint());
    await second.close();
    await allGone();
  });

  it('takes more epochs at once than the kernel is told about at a time', async () => {
    const tiny = { neurons: 5, trials: 2, steps: 6 };
    const task = randomTask({ seed: 6, shape: 'recurrent', ...tiny, loss: 'entropy' });
    const options = { epochs: 5000, loss: task.loss, optimiser: { learningRate: 0.01 } };
    const [alone, crew] = [kernel(), kernel({ threads: 2 })].map((engine) =>
      startTraining(task.pipeline, task.samples, { ...options, engine }),
    );
    expect(alone!.advance(5000)).toBeUndefined();
    await crew!.advance(5000);
    expect(crew!.checkpoint()).toEqual(alone!.checkpoint());
    await crew!.close();
    await allGone();
  });

  it('evaluates on this thread, whoever learns', async () => {
    const task = randomTask({
      seed: 3,
      shape: 'deep',
      neurons: 9,
      trials: 5,
      steps: 30,
      loss: 'error',
    });
    const changed = task.parameters.map((set) => ({
      ...set,
      Igain_mem: set.Igain_mem.map((value) => 1.5 * value),
    }));
    const rates = new Float64Array(6).fill(0.1);
    const kept = (learner: Learner) => [
      learner.loss,
      learner.spikes(),
      ...(['weights', 'gradient', 'mean', 'square'] as const).map((what) => learner.read(what)),
    ];
    const [alone, crew] = [kernel(), kernel({ threads: 3 })].map((engine) =>
      learnerOf(engine, task),
    ) as [Learner, Learner];
    for (const learner of [alone, crew]) learner.evaluate();
    expect(kept(crew)).toEqual(kept(alone));
    expect(started.workers).toHaveLength(0);
    for (const first of [0, 6]) {
      expect(alone.learn(first, rates)).toBeUndefined();
      await crew.learn(first, rates);
      for (const learner of [alone, crew]) learner.setParameters(changed);
      for (const learner of [alone, crew]) learner.evaluate();
      expect(kept(crew)).toEqual(kept(alone));
    }
    expect(started.workers).toHaveLength(3);
    await crew.close();
    await allGone();
  });

  it('starts no thread before it is asked to do something, and none for nothing', async () => {
    const training = startTraining(net, samples, { ...endless, engine: kernel({ threads: 2 }) });
    await training.advance(0);
    expect(training.checkpoint().epoch).toBe(0);
    await training.close();
    expect(started.workers).toHaveLength(0);
  });

  it('keeps its threads from one portion to the next', async () => {
    const training = startTraining(net, samples, { ...endless, engine: kernel({ threads: 2 }) });
    for (let portion = 0; portion < 5; portion++) await training.advance(2);
    expect([training.epoch, started.workers.length]).toEqual([10, 2]);
    await training.close();
    await allGone();
  });
});

describe('the source train on threads', () => {
  const engine = kernel({ threads: 2 });
  const options = { epochs: 25, reportEvery: 10, loss, optimiser: { learningRate: 0.1 } };

  it('reports as without threads, completes, and leaves no thread behind', async () => {
    const found = await lastValueFrom(train(net, samples, { ...options, engine }).pipe(toArray()));
    const plain = train(net, samples, { ...options, engine: kernel() });
    expect(found).toEqual(await lastValueFrom(plain.pipe(toArray())));
    expect(found.map(({ epoch }) => epoch)).toEqual([10, 20, 25]);
    expect(started.workers).toHaveLength(2);
    await allGone();
  });

  it('does so with no epochs to do', async () => {
    const found = await lastValueFrom(train(net, samples, { ...options, epochs: 0, engine }));
    expect([found.epoch, found.pipeline]).toEqual([0, net]);
    await allGone();
  });

  it('ends its threads when it is unsubscribed in the midst of a portion', async () => {
    const seen = watch(train(net, samples, { ...endless, reportEvery: 1e6, engine }));
    await running(2);
    seen.unsubscribe();
    await allGone();
    expect([seen.values, seen.ended, seen.error]).toEqual([[], 'no', undefined]);
  });

  it('ends its threads when it is unsubscribed before they have started', async () => {
    const seen = watch(train(net, samples, { ...endless, reportEvery: 1e6, engine }));
    await vi.waitFor(() => expect(started.workers.length).toBeGreaterThan(0), { interval: 1 });
    seen.unsubscribe();
    await allGone();
    await new Promise(setImmediate);
    await allGone();
    expect([seen.values, seen.ended]).toEqual([[], 'no']);
  });

  it('ends its threads when nobody wants more', async () => {
    const first = await firstValueFrom(train(net, samples, { ...options, epochs: 1e6, engine }));
    expect(first.epoch).toBe(10);
    await allGone();
    const two = train(net, samples, { ...options, epochs: 1e6, engine }).pipe(take(2), toArray());
    expect((await lastValueFrom(two)).map(({ epoch }) => epoch)).toEqual([10, 20]);
    await allGone();
    expect(started.workers).toHaveLength(4);
  });

  it('trains anew for each subscription', async () => {
    const source = train(net, samples, { ...options, engine });
    const [first, second] = await Promise.all([lastValueFrom(source), lastValueFrom(source)]);
    expect(second).toEqual(first);
    await allGone();
    expect(started.workers).toHaveLength(4);
  });
});

describe('a thread that dies', () => {
  it.each([1, 2, 3])(
    'of %s ends the source with an error that names the cause',
    async (threads) => {
      const engine = kernel({ threads });
      const seen = watch(train(net, samples, { ...endless, reportEvery: 1e6, engine }));
      await running(threads);
      await started.workers[threads - 1]!.terminate();
      await vi.waitFor(() => expect(seen.ended).toBe('errored'), { timeout: 20_000 });
      expect(seen.error).toBeInstanceOf(KernelThreadError);
      expect(String(seen.error)).toMatch(/a thread of the kernel died: .*exit code \d/);
      await allGone();
      expect(started.workers).toHaveLength(threads);
    },
  );

  it('leaves the others no time to outlive the error', async () => {
    const training = startTraining(net, samples, { ...endless, engine: kernel({ threads: 3 }) });
    const advancing = training.advance(1e6);
    await running(3);
    const failed = expect(advancing).rejects.toThrow(KernelThreadError);
    await started.workers[0]!.terminate();
    await failed;
    expect(started.workers.map(({ threadId }) => threadId)).toEqual([-1, -1, -1]);
  });

  it('makes every later advance fail too, and leaves what was there before', async () => {
    const training = startTraining(net, samples, { ...endless, engine: kernel({ threads: 2 }) });
    await training.advance(5);
    const before = training.checkpoint();
    const advancing = training.advance(1e6);
    const failed = expect(advancing).rejects.toThrow(/exit code/);
    started.workers[1]!.terminate();
    await failed;
    await expect(training.advance(1)).rejects.toThrow(/exit code/);
    await expect(training.advance(1)).rejects.toThrow(KernelThreadError);
    expect([training.epoch, training.loss]).toEqual([5, before.loss]);
    await training.close();
    await allGone();
    expect(started.workers).toHaveLength(2);
  });

  it('between two portions is found by the next', async () => {
    const training = startTraining(net, samples, { ...endless, engine: kernel({ threads: 2 }) });
    await training.advance(2);
    await started.workers[0]!.terminate();
    await expect(training.advance(1)).rejects.toThrow(KernelThreadError);
    await allGone();
  });

  it('of an error passes it on', async () => {
    const training = startTraining(net, samples, { ...endless, engine: kernel({ threads: 2 }) });
    const advancing = training.advance(1e6);
    await running(2);
    const cause = new Error('out of memory');
    started.workers[1]!.emit('error', cause);
    const failure: unknown = await Promise.resolve(advancing).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(KernelThreadError);
    expect(failure).toHaveProperty('cause', cause);
    expect(String(failure)).toContain('out of memory');
    await allGone();
  });

  it.each([0, 1, 2])(
    'before it starts, as number %s of three, takes the others along',
    async (most) => {
      started.most = most;
      const engine = kernel({ threads: 3 });
      const seen = watch(train(net, samples, { ...endless, reportEvery: 1e6, engine }));
      await vi.waitFor(() => expect(seen.ended).toBe('errored'), { timeout: 20_000 });
      expect(seen.error).toBeInstanceOf(KernelThreadError);
      expect(String(seen.error)).toContain('no more threads');
      await allGone();
      expect(started.workers).toHaveLength(most);
    },
    10_000,
  );
});

describe('closing', () => {
  it.each([1, 3])('in the midst of learning ends all of %s threads', async (threads) => {
    const training = startTraining(net, samples, { ...endless, engine: kernel({ threads }) });
    const advancing = training.advance(1e6);
    await running(threads);
    const failed = expect(advancing).rejects.toThrow(/closed/);
    await training.close();
    expect(started.workers.map(({ threadId }) => threadId)).toEqual(
      new Array<number>(threads).fill(-1),
    );
    await failed;
    // Whole portions of epochs may have been done.
    expect(training.epoch).toBeLessThan(1e6);
    await expect(training.advance(1)).rejects.toThrow(KernelThreadError);
    expect(started.workers).toHaveLength(threads);
  });

  it('may be done twice, and before anything was done', async () => {
    const training = startTraining(net, samples, { ...endless, engine: kernel({ threads: 2 }) });
    await training.close();
    await training.close();
    expect(started.workers).toHaveLength(0);
    await expect(training.advance(1)).rejects.toThrow(KernelThreadError);
    expect(started.workers).toHaveLength(0);
  });

  it('while the threads start leaves none', async () => {
    const training = startTraining(net, samples, { ...endless, engine: kernel({ threads: 3 }) });
    const failed = expect(training.advance(1e6)).rejects.toThrow(KernelThreadError);
    await training.close();
    await failed;
    await allGone();
  });

  it('leaves what was learnt to be looked at', async () => {
    const training = startTraining(net, samples, { ...endless, engine: kernel({ threads: 2 }) });
    await training.advance(4);
    const [before, trained] = [training.checkpoint(), training.pipeline()];
    await training.close();
    expect([training.checkpoint(), training.pipeline()]).toEqual([before, trained]);
    await allGone();
  });
});

describe('the number of threads', () => {
  it.each([0, 1.5, -1, 1e6, 257, Number.NaN, Number.POSITIVE_INFINITY])('is not %s', (threads) => {
    expect(() => kernel({ threads })).toThrow(InvalidArgumentError);
    expect(reasonsOf(() => kernel({ threads }))).toEqual([
      `threads is ${threads}; a whole number from 1 to 256 is needed`,
    ]);
  });

  it('is no part of what a checkpoint belongs to', () => {
    expect(kernel({ threads: 3 }).name).toBe(kernel().name);
    expect(kernel({ threads: 256 }).name).toBe(kernel().name);
  });

  it('may be more than there is to share', async () => {
    const one = pipeline(linear({ weight: [[4]] }), dynapSim({ neurons: 1, Ispkthr: 1e-8 }));
    const [first] = problem('forward', 1, 1, 'error').samples;
    const counts = Uint32Array.from({ length: 30 }, (_, t) => t % 3);
    const given = [{ ...first!, input: { ...first!.input, channels: 1, counts } }];
    const options = { epochs: 10, loss: meanSquaredError(), optimiser: { learningRate: 0.1 } };
    const [alone, crew] = [kernel(), kernel({ threads: 5 })].map((engine) =>
      startTraining(one, given, { ...options, engine }),
    );
    expect(alone!.advance(10)).toBeUndefined();
    await crew!.advance(10);
    expect(crew!.checkpoint()).toEqual(alone!.checkpoint());
    expect(crew!.checkpoint().weights[0]).not.toBe(4);
    await crew!.close();
    await allGone();
  });
});

// With machine code, which nothing interrupts, who waited would do so for days.
it.each([
  ['a process that ends while its workers train', '1'],
  ['a process that ends while its workers train', '2'],
  ['a worker that is ended while it trains', '0', 'worker'],
  ['a worker that is ended while its workers train', '2', 'worker'],
])('holds nobody: %s: %s', async (_, ...given) => {
  const child = spawn(process.execPath, program('test/kernel/left-training.ts', ...given), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (text) => {
    said += text;
  });
  const [code] = await once(child, 'close');
  expect([said.trim(), code]).toEqual([kernel().name, 7]);
});
