import type { Engine } from 'spikeline';
import { pipelineWeights } from 'spikeline/train';
import { describe, expect, it } from 'vitest';
import { dendriticPopulation, follow, kinds, population } from './populations.ts';
import { compare, learnerOf, models, randomTask, shapes } from './tasks.ts';

/** What a kernel of any instructions must do: as much as the reference, on any number of threads. */
export function describeKernel(what: string, make: (threads?: number) => Engine): void {
  describe(what, () => {
    it.each(kinds)('runs populations as the reference does: %s', (kind) => {
      let compared = 0;
      for (const neurons of [1, 3, 4, 9, 17, 64, 131]) {
        for (const recurrent of [false, true]) {
          const size = { neurons, batch: 2, steps: 50, dt: 1e-3 };
          for (const draw of [population, dendriticPopulation]) {
            const found = follow(make(), draw({ seed: neurons, kind, recurrent, ...size }));
            expect(found.wrong).toBe(-1);
            expect(found.worst).toBeLessThan(2e-5);
            compared += found.compared;
          }
        }
      }
      expect(compared).toBeGreaterThan(800);
    });

    it.each(shapes)('has the gradient of the reference: %s', (shape) => {
      let same = 0;
      let count = 0;
      for (const model of models) {
        for (const [n, neurons] of [1, 2, 5, 9, 24].entries()) {
          const loss = n % 2 === 0 ? 'error' : 'entropy';
          const size = { neurons, trials: 3, steps: 50 };
          const task = randomTask({ seed: neurons, model, shape, ...size, loss, unit: 3e3 });
          const found = compare(make(), task);
          count++;
          if (!found.same) continue;
          same++;
          expect(found.spikes).toBeGreaterThan(0);
          expect(found.loss).toBeLessThan(1e-5);
          for (const error of found.gradient) expect(error).toBeLessThan(1e-4);
        }
      }
      expect(same).toBeGreaterThan(0.8 * count);
    });

    it.each([2, 9, 40])(
      'learns the same on any number of threads, to the last bit: %i neurons',
      async (neurons) => {
        const size = { neurons, trials: 4, steps: 30 };
        const task = randomTask({ seed: 3, shape: 'deep', ...size, loss: 'entropy' });
        const rates = new Float64Array(15).fill(0.1);
        const alone = learnerOf(make(), task);
        expect(alone.learn(0, rates)).toBeUndefined();
        for (const threads of [1, 2]) {
          const crew = learnerOf(make(threads), task);
          await crew.learn(0, rates);
          expect(crew.read('weights')).toEqual(alone.read('weights'));
          expect(crew.loss).toBe(alone.loss);
          await crew.close();
        }
        expect(alone.read('weights')).not.toEqual(pipelineWeights(task.pipeline));
      },
    );
  });
}
