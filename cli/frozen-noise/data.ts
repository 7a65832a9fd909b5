import { poissonRaster, type SpikeRaster } from 'spikeline';
import { recordedPatterns, recordedRasters } from 'spikeline/conformance';

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

/**
 * Reads recorded patterns and test rasters from a folder.
 *
 * @throws StorageError if the folder lacks them
 */
export function readData(folder: string, seed: number, tests: number): FrozenNoiseData {
  const patterns = recordedPatterns(folder);
  return {
    patterns,
    tests: recordedRasters(folder, tests, patterns[0].dt),
    validation: drawData(seed, 0).validation,
  };
}
