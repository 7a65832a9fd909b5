import { aerPacket, channels, DataError, InvalidArgumentError, spikeRaster } from 'spikeline';
import { itemKind, marks, series } from 'spikeline/events';
import { expect, it } from 'vitest';
import { itemMessage, itemOf } from '#src/events/wire';

const raster = spikeRaster({ channels: 1, dt: 1e-3, counts: [1, 0] });
const items = {
  events: aerPacket([5], [0], channels(1)),
  raster,
  signals: { steps: 1, channels: 1, dt: 1e-3, startTime: 0, values: Float64Array.of(0.5) },
  series: series([1, 2], [0.1, 0.2, 0.3, 0.4], 2),
  marks: marks([7], ['stimulus on'], 9),
};

it('tells items of streams apart', () => {
  for (const [kind, item] of Object.entries(items)) expect(itemKind(item)).toBe(kind);
  for (const junk of [undefined, null, 7, {}, { timestamps: [1] }, { values: [1] }, 'marks']) {
    expect(itemKind(junk)).toBeUndefined();
  }
});

it('puts items into messages and takes them out', () => {
  for (const item of Object.values(items)) {
    expect(itemOf(itemMessage(item, { stream: 1, sequence: 2 }))).toBe(item);
  }
  expect(() => itemMessage({} as never, { stream: 0, sequence: 0 })).toThrow(DataError);
});

it('says until when everything has been said', () => {
  expect([items.series.until, items.marks.until, series([], []).until]).toEqual([2, 9, 0]);
});

it('refuses series and marks with all that is wrong', () => {
  const refused = (make: () => unknown): string[] => {
    try {
      make();
    } catch (cause) {
      if (cause instanceof InvalidArgumentError) return cause.problems.map(({ path }) => path);
      throw cause;
    }
    return [];
  };
  expect(refused(() => series([1, 2], [1]))).toEqual(['values.length']);
  expect(refused(() => series([2, 1.5], [1, 1], 0))).toEqual(['channels', 'timestamps[1]']);
  expect(refused(() => series([2, 1], [1, 1]))).toEqual(['timestamps[1]']);
  expect(refused(() => series(7 as never, {} as never))).toEqual(['timestamps', 'values']);
  expect(refused(() => marks([1], ['a', 'b']))).toEqual(['labels.length']);
  expect(refused(() => marks([5], ['a'], 4))).toEqual(['until']);
  expect(refused(() => marks([5], [7 as never]))).toEqual(['labels[0]']);
});
