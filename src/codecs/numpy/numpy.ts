/** NumPy arrays of events and rasters, alone (`.npy`) and several in a zip file (`.npz`). */
import { flag, listOf, number, type OptionTable, oneOf, text } from '../../options.ts';
import type { Codec } from '../codec.ts';
import { checkOptions } from '../sound.ts';
import { npyMagic } from './array.ts';
import { type NumpyReading, npyDecoder } from './npy-decoder.ts';
import { npyEncoder } from './npy-encoder.ts';
import { npzDecoder } from './npz-decoder.ts';
import { npzEncoder } from './npz-encoder.ts';
import type { NpyColumn } from './roles.ts';

/** How a NumPy array is read. */
export interface NpyDecoderOptions {
  /**
   * What the columns of an array of two dimensions hold. If left out, it is a raster of [steps, channels], whose spikes
   * are events of channels.
   */
  readonly columns?: readonly NpyColumn[];
  /** Unit of times; that of their type, or µs, if left out. Parts of a µs are rounded, of ns cut off. */
  readonly timeUnit?: 'ns' | 'us' | 'ms' | 's';
  /** Columns of pixels. */
  readonly width?: number;
  /** Rows of pixels. */
  readonly height?: number;
  /** Width of a step of a raster, µs; 1 if left out. */
  readonly step?: number;
}

/** How a zip file of NumPy arrays is read. */
export interface NpzDecoderOptions extends NpyDecoderOptions {
  /** Name of the array to read, if it is not `t`, `x`, `y` and `p`, and there are several. */
  readonly take?: string;
}

/** How a zip file of NumPy arrays is written. */
export interface NpzEncoderOptions {
  /** Whether its arrays are deflated; stored as they are if left out. */
  readonly compress?: boolean;
}

const anySide = number({ min: 1, max: 65_536, whole: true, unit: 'pixels' });
const npyTable: OptionTable<NpyDecoderOptions> = {
  columns: listOf(oneOf(['t', 'x', 'y', 'p', 'skip']), { min: 3 }),
  timeUnit: oneOf(['ns', 'us', 'ms', 's']),
  width: anySide,
  height: anySide,
  step: number({ min: 1, whole: true, unit: 'µs' }),
};
const npzTable: OptionTable<NpzDecoderOptions> = { ...npyTable, take: text };
const npzEncoderTable: OptionTable<NpzEncoderOptions> = { compress: flag };

const micros = { ns: 1e-3, us: 1, ms: 1e3, s: 1e6 } as const;

function readingOf(format: string, options: NpyDecoderOptions): NumpyReading {
  const { columns, timeUnit, width, height, step = 1 } = options;
  const unit = timeUnit === undefined ? undefined : micros[timeUnit];
  return { format, columns, micros: unit, width, height, stepMicros: step };
}

/** A NumPy array: records with t, x, y and p, columns of numbers, or a raster. Records are written. */
export const npy: Codec<NpyDecoderOptions> = {
  name: 'npy',
  title: 'NumPy array',
  extensions: ['npy'],
  detect: (head) => head.length >= npyMagic.length && npyMagic.every((byte, i) => head[i] === byte),
  decoder(options = {}) {
    options = checkOptions('NumPy arrays', options, npyTable);
    return npyDecoder(readingOf('npy', options));
  },
  encoder(options = {}) {
    options = checkOptions('NumPy arrays', options, {});
    return npyEncoder();
  },
};

/** Several NumPy arrays in a zip file; `t`, `x`, `y` and `p` are written. */
export const npz: Codec<NpzDecoderOptions, NpzEncoderOptions> = {
  name: 'npz',
  title: 'NumPy arrays in a zip file',
  extensions: ['npz'],
  // The local header of the first file, or the end of an empty directory.
  detect: (head) =>
    head[0] === 0x50 &&
    head[1] === 0x4b &&
    ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6)),
  decoder(options = {}) {
    options = checkOptions('NumPy arrays', options, npzTable);
    return npzDecoder(readingOf('npz', options), options.take);
  },
  encoder(options = {}) {
    checkOptions('NumPy arrays', options, npzEncoderTable);
    return npzEncoder(options.compress ?? false);
  },
};
