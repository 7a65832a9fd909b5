import {
  channels,
  DataError,
  InvalidArgumentError,
  type SignalRaster,
  spikeRaster,
} from 'spikeline';
import {
  aerPacket,
  deltaEncoder,
  lossCounter,
  populationDecoder,
  rateDecoder,
  rateEncoder,
} from 'spikeline/events';
import { describe, expect, it } from 'vitest';

const signal = (values: readonly number[], width = 1): SignalRaster => ({
  steps: values.length / width,
  channels: width,
  dt: 1e-3,
  startTime: 0,
  values: Float64Array.from(values),
});

describe('rateDecode', () => {
  it('comes to the rate of regular spikes, and forgets it with tau', () => {
    const counts = Array.from({ length: 1000 }, (_, i) => (i < 800 && i % 10 === 0 ? 1 : 0));
    const { values } = rateDecoder({ tau: 0.05 })(spikeRaster({ channels: 1, dt: 1e-3, counts }));
    const mean = values.slice(700, 800).reduce((sum, value) => sum + value, 0) / 100;
    expect(mean).toBeCloseTo(100, 3);
    expect(values[950]! / values[900]!).toBeCloseTo(Math.exp(-1), 12);
  });

  it('sees the same in packets as in rasters', () => {
    const raster = spikeRaster({ channels: 2, dt: 1e-3, counts: [1, 0, 0, 2, 1, 0] });
    const packet = aerPacket([0, 1000, 1500, 2000], [0, 1, 1, 0], channels(2), 3000);
    for (const config of [{ tau: 3e-3 }, { window: 2e-3 }]) {
      expect(rateDecoder({ ...config, dt: 1e-3 })(packet)).toEqual(rateDecoder(config)(raster));
    }
  });

  it('gives packets without whole bins as a raster without steps', () => {
    const decode = rateDecoder({ tau: 1, dt: 1e-3 });
    expect(decode(aerPacket([10], [0], channels(1), 20)).steps).toBe(0);
    expect(decode(aerPacket([], [], channels(1), 1000)).steps).toBe(1);
  });

  it('refuses what it cannot follow', () => {
    expect(() => rateDecoder({})).toThrow('either tau or window');
    expect(() => rateDecoder({ tau: 1, window: 1 })).toThrow('either tau or window');
    expect(() => rateDecoder({ tau: 1 })(aerPacket([], [], channels(1)))).toThrow('give dt');
    const decode = rateDecoder({ tau: 1 });
    decode(spikeRaster({ channels: 1, dt: 1e-3, counts: [1] }));
    expect(() => decode(spikeRaster({ channels: 2, dt: 1e-3, counts: [1, 1] }))).toThrow(DataError);
  });
});

describe('populationDecode', () => {
  it('averages what fires, and keeps it while nothing does', () => {
    const decode = populationDecoder({ values: [-1, 0, 4], window: 1e-3, initial: 7 });
    const counts = [0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 3, 1];
    const { values } = decode(spikeRaster({ channels: 3, dt: 1e-3, counts }));
    expect(Array.from(values)).toEqual([7, 1.5, 1.5, 1]);
  });

  it('sums several values', () => {
    const decode = populationDecoder({
      values: [
        [1, 0],
        [-1, 2],
      ],
      window: 1e-3,
      method: 'sum',
    });
    const { values, channels: width } = decode(
      spikeRaster({ channels: 2, dt: 1e-3, counts: [2, 1] }),
    );
    expect([width, ...values]).toEqual([2, 1000, 2000]);
  });

  it('refuses spikes of another population, and rows of different lengths', () => {
    const decode = populationDecoder({ values: [1, 2], tau: 1 });
    const raster = spikeRaster({ channels: 1, dt: 1e-3, counts: [1] });
    expect(() => decode(raster)).toThrow('1 channels, but 2 stand for something');
    expect(() => populationDecoder({ values: [[1], [1, 2]], tau: 1 })).toThrow('values[1]');
  });
});

describe('rateEncode', () => {
  const rates = (counts: Uint32Array, width: number): number[] =>
    Array.from({ length: width }, (_, k) =>
      counts.filter((_, i) => i % width === k).reduce((a, b) => a + b, 0),
    );

  it('fires at the rate of a ramp, neurons in turn', () => {
    const encode = rateEncoder({ range: [-1, 1], neurons: 4, rate: 200 });
    const { counts, channels: width } = encode(signal(Array(1000).fill(0)));
    expect(width).toBe(4);
    expect(rates(counts, 4)).toEqual([100, 100, 100, 100]);
    const together = Array.from({ length: 1000 }, (_, step) =>
      counts.slice(4 * step, 4 * step + 4),
    );
    expect(Math.max(...together.map((row) => row.reduce((a, b) => a + b, 0)))).toBeLessThan(3);
  });

  it('fires around preferred values, and a population vector reads the value again', () => {
    const config = { range: [0, 10] as const, neurons: 11, rate: 500, tuning: 'bumps' } as const;
    const { counts } = rateEncoder(config)(signal(Array(1000).fill(6)));
    expect(rates(counts, 11).slice(5, 8)).toEqual([303, 500, 303]);
    const values = Array.from({ length: 11 }, (_, i) => i);
    const decode = populationDecoder({ values, window: 0.5 });
    const read = decode(spikeRaster({ channels: 11, dt: 1e-3, counts }));
    expect(read.values.at(-1)).toBeCloseTo(6, 1);
  });

  it('draws at random from a seed, and counts values out of range', () => {
    const losses = lossCounter();
    const config = { range: [0, 1], neurons: 1, rate: 400, spikes: 'poisson', losses } as const;
    const encode = rateEncoder({ ...config, seed: 1 });
    const { counts } = encode(signal([...Array(5000).fill(0.5), 2]));
    const total = counts.reduce((a, b) => a + b, 0);
    expect(Math.abs(total - 1000)).toBeLessThan(5 * Math.sqrt(1000));
    expect(losses.byReason).toEqual({ clipped: 1 });
    expect(() => rateEncoder(config)).toThrow('seed');
    expect(() => encode(signal([Number.NaN]))).toThrow(DataError);
  });
});

describe('deltaEncode', () => {
  it('counts thresholds up and down, from the first value of each channel', () => {
    const encode = deltaEncoder({ threshold: 0.5 });
    const { counts } = encode(signal([1, 9, 1.6, 9, 0.4, 7.9], 2));
    expect(Array.from(counts)).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 2]);
    expect(encode(signal([1, 8], 2)).counts).toEqual(Uint32Array.of(1, 0, 0, 0));
  });

  it('adds up to the signal to within a threshold, however long it is', () => {
    const values = Array.from({ length: 2000 }, (_, i) => 3 * Math.sin(i / 37) + 0.001 * i);
    const { counts } = deltaEncoder({ threshold: 0.1, initial: 0 })(signal(values));
    let level = 0;
    for (const [i, value] of values.entries()) {
      level += counts[2 * i]! - counts[2 * i + 1]!;
      expect(Math.abs(value - 0.1 * level)).toBeLessThanOrEqual(0.1 + 1e-9);
    }
  });
});

describe('what channels stand for', () => {
  it('is refused if some of it is missing, or if it is endless', () => {
    const holes: number[] = [];
    holes[1] = 1;
    const values = holes as readonly number[];
    expect(() => populationDecoder({ values, tau: 1 })).toThrow('values[0]');
    const endless: number[] = [];
    endless.length = 2 ** 32 - 1;
    expect(() => populationDecoder({ values: endless, tau: 1 })).toThrow(InvalidArgumentError);
  });
});
