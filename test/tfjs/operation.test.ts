import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { type InvalidArgumentError, referenceEngine } from 'spikeline';
import { drawMismatch } from 'spikeline/neurons';
import { type DynapSimOperationConfig, dynapSimOperation, useBackend } from 'spikeline/tfjs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import {
  deviation,
  drive,
  like,
  neurons,
  normals,
  quick,
  recurrentWeights,
  referenceRun,
  shape,
  steps,
  trials,
} from './runs.ts';

const config: DynapSimOperationConfig = { neurons, steps, trials, ...quick };
const within = 1e-5;

/** The sum of the products of two tensors. */
const dot = (a: tf.Tensor, b: tf.Tensor): tf.Scalar => tf.sum(tf.mul(a, b));

function reasonsOf(make: () => unknown): readonly string[] {
  try {
    make();
  } catch (cause) {
    return (cause as InvalidArgumentError).reasons;
  }
  throw new Error('it was not refused');
}

describe.each(['cpu', 'wasm'] as const)('dynapSim on the backend %s', (backend) => {
  beforeAll(async () => {
    // The backend cpu recommends another one when it is first used.
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    await useBackend([backend]);
    expect(tf.getBackend()).toBe(backend);
  });

  it('gives the spikes of the reference', () => {
    const found = dynapSimOperation(config)(drive(), recurrentWeights());
    const expected = referenceRun(drive(), recurrentWeights()).spikes;
    expect(found.shape).toEqual(shape);
    expect(Array.from(found.dataSync())).toEqual(Array.from(expected));
    expect(expected.reduce((sum, value) => sum + value)).toBeGreaterThan(20);
  });

  it.each(['kernel', 'reference'])(
    'gives the gradients of the reference, computed by the %s',
    (name) => {
      const operation = dynapSimOperation(
        name === 'kernel' ? config : { ...config, engine: referenceEngine },
      );
      const weights = like('loss');
      const alone = tf.grad((x) => dot(operation(x as tf.Tensor3D), weights))(drive());
      expect(deviation(alone, referenceRun(drive(), undefined, weights).drive)).toBeLessThan(
        within,
      );

      const both = tf.grads((x, r) => dot(operation(x as tf.Tensor3D, r as tf.Tensor2D), weights));
      const [byDrive, byRecurrent] = both([drive(), recurrentWeights()]);
      const expected = referenceRun(drive(), recurrentWeights(), weights);
      expect(deviation(byDrive!, expected.drive)).toBeLessThan(within);
      expect(deviation(byRecurrent!, expected.recurrent)).toBeLessThan(within);
    },
  );

  it('keeps two applications in one loss apart', () => {
    const operation = dynapSimOperation(config);
    const [one, two] = [like('one'), like('two')];
    const loss = tf.grads((x, y, r) =>
      tf.add(
        dot(operation(x as tf.Tensor3D, r as tf.Tensor2D), one),
        dot(operation(y as tf.Tensor3D), two),
      ),
    );
    const [byX, byY, byR] = loss([drive('x'), drive('y'), recurrentWeights()]);
    const first = referenceRun(drive('x'), recurrentWeights(), one);
    const second = referenceRun(drive('y'), undefined, two);
    expect(deviation(byX!, first.drive)).toBeLessThan(within);
    expect(deviation(byR!, first.recurrent)).toBeLessThan(within);
    expect(deviation(byY!, second.drive)).toBeLessThan(within);
  });

  it('differentiates an application with the parameters it had', () => {
    const operation = dynapSimOperation(config);
    const drawn = drawMismatch(operation.parameters, { fraction: 0.3 }, 1);
    const [one, two] = [like('one'), like('two')];
    const loss = tf.grads((x, y) => {
      const before = operation(x as tf.Tensor3D);
      operation.setParameters(drawn);
      return tf.add(dot(before, one), dot(operation(y as tf.Tensor3D), two));
    });
    const [byX, byY] = loss([drive('x'), drive('y')]);
    const first = referenceRun(drive('x'), undefined, one);
    const second = referenceRun(drive('y'), undefined, two, drawn);
    expect(deviation(byX!, first.drive)).toBeLessThan(within);
    expect(deviation(byY!, second.drive)).toBeLessThan(within);
    const after = Array.from(operation(drive('x')).dataSync());
    expect(after).toEqual(Array.from(referenceRun(drive('x'), undefined, undefined, drawn).spikes));
    expect(after).not.toEqual(Array.from(first.spikes));
  });

  it('can be asked for the same gradient again', () => {
    const operation = dynapSimOperation(config);
    const weights = like('loss');
    let earlier: tf.Tensor | undefined;
    const found = tf.grad((x) => {
      const product = dot(operation(x as tf.Tensor3D), weights);
      earlier = tf.keep(tf.grad(() => product)(x));
      return product;
    })(drive());
    const expected = referenceRun(drive(), undefined, weights).drive;
    expect(deviation(found, expected)).toBeLessThan(within);
    expect(deviation(earlier!, expected)).toBeLessThan(within);
  });

  it('stands between matrix products', () => {
    const operation = dynapSimOperation(config);
    const [inputs, outputs] = [4, 2];
    const x = tf.tensor2d(normals('in', trials * steps * inputs, 1), [trials * steps, inputs]);
    const w = tf.tensor2d(normals('w', inputs * neurons, 4, 6), [inputs, neurons]);
    const v = tf.tensor2d(normals('v', neurons * outputs), [neurons, outputs]);
    const c = tf.tensor2d(normals('c', trials * steps * outputs), [trials * steps, outputs]);
    const [byW, byV] = tf.grads((first, second) => {
      const spikes = operation(tf.reshape(tf.matMul(x, first as tf.Tensor2D), shape));
      const flat = tf.reshape(spikes, [trials * steps, neurons]) as tf.Tensor2D;
      return dot(tf.matMul(flat, second as tf.Tensor2D), c);
    })([w, v]);

    const between = tf.reshape(tf.matMul(c, v, false, true), shape);
    const { spikes, drive: back } = referenceRun(tf.matMul(x, w), undefined, between);
    /** aᵀ·b of two tables of `trials·steps` rows. */
    const product = (a: ArrayLike<number>, b: ArrayLike<number>): Float64Array => {
      const [rows, columns] = [a.length / (trials * steps), b.length / (trials * steps)];
      const out = new Float64Array(rows * columns);
      for (let t = 0; t < trials * steps; t++) {
        for (let i = 0; i < out.length; i++) {
          out[i]! += a[t * rows + Math.floor(i / columns)]! * b[t * columns + (i % columns)]!;
        }
      }
      return out;
    };
    expect(deviation(byW!, product(x.dataSync(), back))).toBeLessThan(within);
    expect(deviation(byV!, product(spikes, c.dataSync()))).toBeLessThan(within);
  });

  it('refuses a gradient of its gradient', () => {
    const operation = dynapSimOperation(config);
    const slope = tf.grad((x) => tf.sum(operation(x as tf.Tensor3D)));
    expect(() => tf.grad((x) => tf.sum(slope(x)))(drive())).toThrow(
      'neurons cannot be differentiated twice',
    );
  });

  it('leaves no tensors behind', () => {
    const operation = dynapSimOperation(config);
    const [x, r] = [drive(), recurrentWeights()];
    const before = tf.memory().numTensors;
    operation(x, r).dispose();
    tf.dispose(tf.grads((a, b) => tf.sum(operation(a as tf.Tensor3D, b as tf.Tensor2D)))([x, r]));
    tf.dispose(tf.valueAndGrad((a) => tf.sum(tf.square(operation(a as tf.Tensor3D))))(x));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses tensors of another shape and tells all of them', () => {
    const operation = dynapSimOperation({ ...config, name: 'cells' });
    const turned = tf.zeros([steps, trials, neurons]) as tf.Tensor3D;
    const narrow = tf.zeros([neurons, 1]) as tf.Tensor2D;
    expect(() => operation(turned, narrow)).toThrow(
      'cells.drive.shape is [60,2,3]; [2, 60, 3] is needed (trials, steps, neurons); ' +
        'cells.recurrent.shape is [3,1]; [3, 3] is needed (pre, post)',
    );
  });
});

describe('dynapSimOperation', () => {
  it('refuses a bad configuration with all reasons', () => {
    const recurrent = [[1]];
    const bad = { neurons: 0, steps: 0.5, trials: -1, dt: 0, Idc: -1, recurrent };
    expect(reasonsOf(() => dynapSimOperation(bad as DynapSimOperationConfig))).toEqual([
      'dynapSim.neurons is 0; a whole number from 1 to 1048576 is needed',
      'dynapSim.dt is 0; a finite number of seconds above 0 is needed',
      'dynapSim.Idc is -1; negative values do not exist on the chip',
      'dynapSim.steps is 0.5; a whole number of at least 1 is needed',
      'dynapSim.trials is -1; a whole number of at least 1 is needed',
      'dynapSim.recurrent: these weights are the second argument of the operation, a tensor',
    ]);
  });

  it('refuses bad parameters and keeps those it has', () => {
    const operation = dynapSimOperation(config);
    const { parameters } = operation;
    const bad = { ...parameters, Io: Float64Array.of(5e-13), Ut: Float64Array.of(0.025, 0, 0.025) };
    expect(reasonsOf(() => operation.setParameters(bad))).toEqual([
      'parameters.Io.length is 1; 3 are needed, one per neuron',
      'parameters.Ut[1] is 0; it must be above 0',
    ]);
    expect(operation.parameters).toBe(parameters);
  });
});
