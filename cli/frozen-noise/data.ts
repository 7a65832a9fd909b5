import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, poissonRaster, type SpikeRaster, StorageError, spikeRaster } from 'spikeline';

/** What the experiment learns from and is tested on. */
export interface FrozenNoiseData {
  /** The two frozen patterns; pattern i should make neuron i fire. */
  readonly patterns: readonly [SpikeRaster, SpikeRaster];
  /** Random rasters on which neither neuron should win. */
  readonly tests: readonly SpikeRaster[];
  /** Other random rasters, to choose by. */
  readonly validation: readonly SpikeRaster[];
}

const channels = 60;
const rate = 50;
const duration = 0.5;
const validationCount = 40;

/** Draws patterns and rasters of 60 channels at 50 Hz, 500 ms, from a seed. */
export function drawData(seed: number, tests: number): FrozenNoiseData {
  const draw = (...labels: (string | number)[]): SpikeRaster =>
    poissonRaster({ channels, rate, duration, seed, labels });
  return {
    patterns: [draw('frozen', 0), draw('frozen', 1)],
    tests: Array.from({ length: tests }, (_, i) => draw('test', i)),
    validation: Array.from({ length: validationCount }, (_, i) => draw('validation', i)),
  };
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new StorageError(path, 'cannot be read; give a folder with recorded patterns', { cause });
  }
}

/** Reads `train.json`: events as flat triples (trial, step, channel). */
function readPatterns(folder: string): [SpikeRaster, SpikeRaster] {
  const path = join(folder, 'train.json');
  let parsed: { input_events_btc?: unknown; cfg?: { dt?: number } };
  try {
    parsed = JSON.parse(read(path).toString('utf8')) as typeof parsed;
  } catch (cause) {
    if (cause instanceof StorageError) throw cause;
    throw new StorageError(path, 'is not JSON', { cause });
  }
  const events = parsed.input_events_btc;
  if (!Array.isArray(events) || events.length === 0 || events.length % 3 !== 0) {
    throw new StorageError(
      path,
      'has no input_events_btc, a list of (trial, step, channel) triples',
    );
  }
  const dt = parsed.cfg?.dt ?? 1e-3;
  const steps = Math.round(duration / dt);
  const counts = [new Uint32Array(steps * channels), new Uint32Array(steps * channels)] as const;
  for (let i = 0; i < events.length; i += 3) {
    const [trial, step, channel] = events.slice(i, i + 3) as [number, number, number];
    const pattern = counts[trial];
    const inside = step >= 0 && step < steps && channel >= 0 && channel < channels;
    if (pattern === undefined || !inside) {
      throw new StorageError(
        path,
        `event ${i / 3} is (${trial}, ${step}, ${channel}); 2 trials of ${steps} steps and ${channels} channels exist`,
      );
    }
    pattern[step * channels + channel] = pattern[step * channels + channel]! + 1;
  }
  return [
    spikeRaster({ channels, dt, counts: counts[0] }),
    spikeRaster({ channels, dt, counts: counts[1] }),
  ];
}

/** Reads `test_<samples>x<steps>x<channels>.bits`: one bit a bin, least significant first. */
function readTests(folder: string, most: number, dt: number): SpikeRaster[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (cause) {
    throw new StorageError(folder, 'is no folder that can be read', { cause });
  }
  const found = names
    .map((name) => /^test_(\d+)x(\d+)x(\d+)\.bits$/.exec(name))
    .find((match) => match !== null);
  if (found === undefined || found === null) {
    throw new StorageError(folder, 'has no test_<samples>x<steps>x<channels>.bits');
  }
  const [samples, steps, width] = found.slice(1).map(Number) as [number, number, number];
  const path = join(folder, found[0]);
  const bytes = read(path);
  const bits = samples * steps * width;
  if (bytes.length < Math.ceil(bits / 8)) {
    throw new StorageError(path, `holds ${bytes.length} bytes; ${Math.ceil(bits / 8)} are needed`);
  }
  if (width !== channels) {
    throw new DataError(
      `${path}: the rasters have ${width} channels but the network takes ${channels}`,
    );
  }
  return Array.from({ length: Math.min(most, samples) }, (_, sample) => {
    const counts = new Uint32Array(steps * width);
    for (let i = 0; i < counts.length; i++) {
      const bit = sample * counts.length + i;
      counts[i] = (bytes[bit >> 3]! >> (bit & 7)) & 1;
    }
    return spikeRaster({ channels: width, dt, counts });
  });
}

/**
 * Reads recorded patterns and test rasters from a folder.
 *
 * @throws StorageError where the folder lacks them
 */
export function readData(folder: string, seed: number, tests: number): FrozenNoiseData {
  const patterns = readPatterns(folder);
  return {
    patterns,
    tests: readTests(folder, tests, patterns[0].dt),
    validation: drawData(seed, 0).validation,
  };
}
