import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  biasAddress,
  biasCount,
  biasWords,
  lowPowerBiases,
  nearestDynapse1Bias,
} from '#src/chips/dynapse1/biases';
import { contentWords, emptyChip } from '#src/chips/dynapse1/configuration';
import {
  biasEntry,
  biasWord,
  bufferWord,
  camEntry,
  camWord,
  clearFirstTauWord,
  clearSecondTauWord,
  emptyCamWords,
  isCamWord,
  isSramWord,
  monitorWords,
  secondTauWord,
  shiftedSourceWord,
  sramEntry,
  sramWord,
  synapseTypeNames,
} from '#src/chips/dynapse1/words';
import { runs } from '#test/support/runs';

const hex = (word: number): string => (word >>> 0).toString(16);

describe('the words of a DYNAP-SE1', () => {
  it('are those of the functions of libcaer 3.3.15', () => {
    expect(hex(camWord({ neuron: 300, entry: 5, tag: 513, type: 'fastExc' }))).toBe('301a90ac');
    expect(hex(camWord({ neuron: 0, entry: 0, tag: 0, type: 'slowInh' }))).toBe('20000');
    const sram = { neuron: 300, entry: 0, virtualCore: 1, east: -1, north: -2, cores: 2 };
    expect(hex(sramWord(sram))).toBe('1d4a9610');
    const none = { neuron: 0, entry: 0, virtualCore: 0, east: 0, north: 0, cores: 0 };
    expect(hex(sramWord(none))).toBe('20010');
    expect(hex(biasWord(36, { coarse: 1, fine: 30 }, 'P'))).toBe('9141ed');
    expect(hex(biasWord(24, { coarse: 4, fine: 120 }, 'N'))).toBe('61178f');
    expect(hex(shiftedSourceWord(51, 7))).toBe('cdfc70');
    expect(hex(bufferWord(50, { coarse: 1, fine: 2 }))).toBe('c94020');
    expect(monitorWords(2, 7).map(hex)).toEqual(['a00', '207']);
    expect([secondTauWord(300), clearFirstTauWord(1), clearSecondTauWord(3)].map(hex)).toEqual([
      '52c',
      '1100',
      '1b00',
    ]);
  });

  it('say what they were made of', () => {
    const whole = (max: number) => fc.integer({ min: 0, max });
    const cam = fc.record({
      ...{ neuron: whole(1023), entry: whole(63), tag: whole(1023) },
      type: fc.constantFrom(...synapseTypeNames),
    });
    const sram = fc.record({
      ...{ neuron: whole(1023), entry: whole(3), virtualCore: whole(3), cores: whole(15) },
      ...{ east: fc.integer({ min: -3, max: 3 }), north: fc.integer({ min: -3, max: 3 }) },
    });
    const bias = fc.record({ coarse: whole(7), fine: whole(255), low: fc.boolean() });
    fc.assert(
      fc.property(cam, sram, bias, whole(127), (one, two, three, address) => {
        expect(camEntry(camWord(one))).toEqual(one);
        expect(sramEntry(sramWord(two))).toEqual(two);
        expect(biasEntry(biasWord(address, three, 'N'))).toEqual({ ...three, address });
        expect([isCamWord(camWord(one)), isSramWord(sramWord(two))]).toEqual([true, true]);
        expect([isSramWord(camWord(one)), isCamWord(sramWord(two))]).toEqual([false, false]);
      }),
      { numRuns: runs(300) },
    );
  });

  it('leave nothing of what was there before', () => {
    const words = contentWords(emptyChip());
    expect(words).toHaveLength(biasCount + 4096 + 65_536);
    expect(new Set(words).size).toBe(words.length);
    expect(Array.from(emptyCamWords()).every((word) => camEntry(word).tag === 0)).toBe(true);
  });

  it('have the biases of the low-power set where libcaer has them', () => {
    const words = biasWords(Array.from({ length: 4 }, () => lowPowerBiases));
    const addresses = Array.from(words, (word) => (word >> 18) & 0x7f);
    expect(new Set(addresses).size).toBe(106);
    expect(biasAddress(3, 'R2R_P')).toBe(113);
    expect([...addresses].sort((a, b) => b - a).slice(0, 3)).toEqual([116, 115, 114]);
  });

  it('finds the bias nearest to a current', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-13, max: 2e-5, noNaN: true }), (current) => {
        const { coarse, fine } = nearestDynapse1Bias(current);
        const largest = [24e-6, 3.2e-6, 0.4e-6, 50e-9, 6.5e-9, 820e-12, 105e-12, 15e-12][coarse]!;
        expect(Math.abs((largest * fine) / 256 - current)).toBeLessThanOrEqual(
          Math.max(3e-14, current / 30),
        );
      }),
      { numRuns: runs(200) },
    );
    expect(nearestDynapse1Bias(1)).toEqual({ coarse: 0, fine: 255 });
  });
});
