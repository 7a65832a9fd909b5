import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, InvalidArgumentError, StorageError } from '../src/errors.ts';
import { type SpikeRaster, spikeRaster } from '../src/events/spike-raster.ts';
import { stepsIn } from '../src/events/ticks.ts';
import { text } from '../src/options.ts';
import { shown, within } from '../src/problems.ts';

const channels = 60;
const duration = 0.5;

function checkFolder(folder: unknown): void {
  const problems = within('folder', text(folder));
  if (problems.length > 0) throw new InvalidArgumentError('nothing can be read', problems);
}

/** Least width of a bin, seconds. */
const leastStep = 1e-5;

/** Whether a value from a file is a whole number from 0 to below a limit. */
function isBelow(value: unknown, limit: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < limit;
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new StorageError(path, 'cannot be read; give a folder with recorded patterns', { cause });
  }
}

/**
 * Reads the two patterns of a folder, `train.json`: events as flat triples (trial, step, channel).
 *
 * @throws StorageError if the file is not there or holds something else
 */
export function recordedPatterns(folder: string): [SpikeRaster, SpikeRaster] {
  checkFolder(folder);
  const path = join(folder, 'train.json');
  let parsed: { input_events_btc?: unknown; cfg?: { dt?: number } };
  try {
    parsed = JSON.parse(read(path).toString('utf8')) as typeof parsed;
  } catch (cause) {
    if (cause instanceof StorageError) throw cause;
    throw new StorageError(path, 'is not JSON', { cause });
  }
  const events: unknown = parsed?.input_events_btc;
  if (!Array.isArray(events) || events.length === 0 || events.length % 3 !== 0) {
    throw new StorageError(
      path,
      'has no input_events_btc, a list of (trial, step, channel) triples',
    );
  }
  const dt: unknown = parsed.cfg?.dt ?? 1e-3;
  if (typeof dt !== 'number' || !(dt >= leastStep && dt <= duration)) {
    const needed = `seconds from ${leastStep} to ${duration} are needed`;
    throw new StorageError(path, `has a cfg.dt of ${shown(dt)}; ${needed}`);
  }
  const steps = stepsIn(duration, dt);
  const counts = [new Uint32Array(steps * channels), new Uint32Array(steps * channels)] as const;
  for (let i = 0; i < events.length; i += 3) {
    const [trial, step, channel] = events.slice(i, i + 3) as unknown[];
    const whole = isBelow(trial, counts.length) && isBelow(step, steps);
    if (!whole || !isBelow(channel, channels)) {
      throw new StorageError(
        path,
        `event ${i / 3} is (${shown(trial)}, ${shown(step)}, ${shown(channel)}); 2 trials of ${steps} steps and ${channels} channels exist`,
      );
    }
    const pattern = counts[trial]!;
    const at = step * channels + channel;
    pattern[at] = pattern[at]! + 1;
  }
  return [
    spikeRaster({ channels, dt, counts: counts[0] }),
    spikeRaster({ channels, dt, counts: counts[1] }),
  ];
}

/**
 * Reads the rasters of a folder, `test_<samples>x<steps>x<channels>.bits`: one bit a bin, least significant first.
 *
 * @param most number of rasters to read at most
 * @param dt width of a bin, seconds
 * @throws StorageError if there is no such file, or it is cut off
 * @throws DataError if the rasters have another number of channels than the patterns
 */
export function recordedRasters(folder: string, most: number, dt: number): SpikeRaster[] {
  checkFolder(folder);
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
