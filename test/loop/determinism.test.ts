import { createHash } from 'node:crypto';
import { lastValueFrom, reduce } from 'rxjs';
import { type Engine, kernel, referenceEngine, simulator } from 'spikeline';
import { describe, expect, it } from 'vitest';
import { trained as following } from '#examples/follow/trained';
import { inSimulator as followed } from '#examples/follow/trial';
import { trained as balancing } from '#examples/pole/trained';
import { balance, type Step } from '#examples/pole/trial';

/** The bytes of numbers, lowest first on every machine. */
function bytes(values: ArrayLike<number>): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  for (let i = 0; i < values.length; i++) view.setFloat64(8 * i, values[i]!, true);
  return new Uint8Array(view.buffer);
}

/** A digest of all that two seconds of balancing see, do and fire. */
function balanced(engine: Engine): Promise<string> {
  const hash = createHash('sha256');
  const steps$ = balance(simulator({ engine }), balancing, { seed: 5, duration: 2 });
  return lastValueFrom(
    steps$.pipe(
      reduce((all, { time, observation, action, input, spikes }: Step) => {
        for (const part of [[time], observation, action, input.counts, spikes.counts]) {
          all.update(bytes(part));
        }
        return all;
      }, hash),
    ),
  ).then((all) => all.digest('hex'));
}

// What these digests are was found once and written down: each run of this test is another process, and on whatever machine it runs, it must
// come to them again. The kernel computes in float32 and the reference in float64; in this run no spike depends on that.
describe('a loop in virtual time is the same to the last bit in every process', () => {
  it.each([
    ['kernel', kernel],
    ['reference', () => referenceEngine],
  ] as const)('with the %s', async (_, engine) => {
    expect(await balanced(engine())).toBe(
      '01f5bc0c38fbd89614ed44e5111e250abeb3d354e14c9a3b40d7cc80f80f52ed',
    );
  });

  it('through an event camera, its packets included', async () => {
    const hash = createHash('sha256');
    const steps$ = followed(following, { seed: 5, duration: 0.5 });
    await lastValueFrom(
      steps$.pipe(
        reduce((all, { observation, action, spikes }) => {
          const { timestamps, addresses } = observation.events;
          for (const part of [timestamps, addresses, observation.offset, action, spikes.counts]) {
            all.update(bytes(part));
          }
          return all;
        }, hash),
      ),
    );
    expect(hash.digest('hex')).toBe(
      '70fd9f6452c4af03dc05638d2613de40e2f5632c5fd43a453723660487cdd36d',
    );
  });
});
