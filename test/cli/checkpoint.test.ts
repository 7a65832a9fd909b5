import { DataError, InvalidArgumentError } from 'spikeline';
import { seal } from 'spikeline/files';
import { startTraining } from 'spikeline/train';
import { describe, expect, it } from 'vitest';
import { decidingOf, packTraining, unpackTraining } from '#cli/frozen-noise/checkpoint';
import { drawData } from '#cli/frozen-noise/data';
import { recipe, samplesOf, untrained } from '#cli/frozen-noise/recipe';

const config = { seed: 0, epochs: 5, mismatch: 0.3, trainingMismatch: 0.05 };
const data = drawData(0, 0);
const deciding = decidingOf(data, config);
const training = startTraining(untrained(0, 1e-3), samplesOf(data), {
  ...recipe(0, 5, 0.05),
}).checkpoint();
const assessment = {
  epoch: 1000,
  simulated: [Number.POSITIVE_INFINITY, 3] as const,
  quantised: [2, Number.NaN] as const,
  chips: [1, 1] as const,
  worstChip: 1,
  test: 1,
  margin: -1,
};
const saved = {
  training,
  best: { assessment, weights: training.weights },
  assessments: [assessment],
  losses: [[100, 0.5] as const],
};
const bytes = packTraining(saved, deciding);

describe('the checkpoint of the experiment', () => {
  it('comes back as it was, to the last bit', () => {
    expect(unpackTraining(bytes, deciding)).toEqual(saved);
  });

  it('is refused if any bit of it is another, or it is cut off', () => {
    let refused = 0;
    for (let flip = 0; flip < 3000; flip++) {
      const bit = Math.floor((flip * bytes.length * 8) / 3000);
      const spoilt = Uint8Array.from(bytes);
      spoilt[bit >> 3]! ^= 1 << (bit & 7);
      try {
        unpackTraining(spoilt, deciding);
      } catch (cause) {
        if (cause instanceof DataError) refused++;
      }
    }
    expect(refused).toBe(3000);
    for (let part = 0; part < 20; part++) {
      const cut = bytes.subarray(0, Math.floor((bytes.length * part) / 20));
      expect(() => unpackTraining(cut, deciding)).toThrow(DataError);
    }
  });

  it('is refused by another training, which it names the options of', () => {
    for (const [other, named] of [
      [{ seed: 1 }, ['--seed', 'recipe']],
      [{ epochs: 6 }, ['--epochs', 'recipe']],
      [{ mismatch: 0 }, ['--mismatch']],
      [{ trainingMismatch: 0.1 }, ['--training-mismatch', 'recipe']],
    ] as const) {
      try {
        unpackTraining(bytes, decidingOf(data, { ...config, ...other }));
        expect.unreachable();
      } catch (cause) {
        expect(cause).toBeInstanceOf(InvalidArgumentError);
        const { problems } = cause as InvalidArgumentError;
        expect(problems.map(({ path }) => path)).toEqual(named);
      }
    }
    const otherData = decidingOf(drawData(1, 0), config);
    expect(() => unpackTraining(bytes, otherData)).toThrow(/--data/);
    expect(() => unpackTraining(bytes, { ...deciding, engine: 'another' })).toThrow(/engine/);
  });

  it('is refused if its content is of another form, whole as it may be', () => {
    const repacked = (more: object) =>
      packTraining({ ...saved, ...more } as unknown as typeof saved, deciding);
    for (const more of [
      { best: { assessment, weights: new Float64Array(1) } },
      { best: 3 },
      { assessments: [{ ...assessment, epoch: -1 }] },
      { assessments: [{}] },
      { losses: [[1]] },
      { losses: 'none' },
      { more: 1 },
    ]) {
      expect(() => unpackTraining(repacked(more), deciding)).toThrow(/no frozen-noise checkpoint/);
    }
    const form = { what: 'frozen-noise checkpoint', version: 2 };
    expect(() => unpackTraining(seal(form, Uint8Array.of(1)), deciding)).toThrow(DataError);
  });
});
