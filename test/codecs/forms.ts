import {
  aedat2,
  aedat4,
  aedat31,
  type Codec,
  csv,
  dat,
  dynapseSpikes,
  es,
  evt2,
  evt3,
  evt21,
  nmnist,
  npy,
  npz,
  spif,
  spk,
} from 'spikeline/codecs';
import { type PixelSpace, pixels, type Space } from 'spikeline/events';

/** A format as it is written with some options, and what it can hold. */
export interface Form {
  readonly name: string;
  readonly codec: Codec;
  readonly encoderOptions?: object;
  readonly decoderOptions?: object;
  readonly space: Space;
  /** Longest pause that it can express, µs. */
  readonly longestPause: number;
  /** Latest time of a first event, µs; any if left out. */
  readonly latest?: number;
  /** How far times may step back, µs. */
  readonly stepsBack?: number;
  /** Microseconds after which its counters begin anew, where pauses are tried. */
  readonly counters: readonly number[];
  /** What is left of an address, if not all of it. */
  readonly kept?: (address: number) => number;
  /** Whether the space is in the bytes. */
  readonly tellsSpace: boolean;
}

/** A space of pixels that a format without a geometry has. */
const camera: PixelSpace = pixels(1280, 720);

const evt = { space: camera, longestPause: 2 ** 40, tellsSpace: true } as const;

const stream = { space: camera, longestPause: 20_000, latest: 20_000, tellsSpace: true } as const;

/** Every format with an encoder, with each of its variants: a line each. */
export const forms: readonly Form[] = [
  { name: 'spk', codec: spk, ...evt, counters: [2 ** 32] },
  {
    name: 'dat',
    codec: dat,
    ...evt,
    longestPause: 2 ** 31 - 1,
    stepsBack: 3,
    counters: [2 ** 31, 2 ** 32],
  },
  { name: 'evt2', codec: evt2, ...evt, counters: [64, 2 ** 34] },
  { name: 'evt21', codec: evt21, ...evt, counters: [64, 2 ** 34] },
  {
    ...{ name: 'evt21 legacy', codec: evt21, encoderOptions: { legacy: true } },
    ...{ ...evt, counters: [64, 2 ** 34] },
  },
  { name: 'evt3', codec: evt3, ...evt, counters: [4096, 2 ** 23, 2 ** 24] },
  { name: 'es', codec: es, ...stream, counters: [127, 254, 12_700] },
  {
    ...{ name: 'es atis', codec: es, encoderOptions: { kind: 'atis' } },
    ...{ ...stream, counters: [63, 126, 189, 378] },
  },
  {
    ...{ name: 'es colour', codec: es, encoderOptions: { kind: 'colour' } },
    ...{ ...stream, counters: [254, 508], kept: (address) => (address & ~1) >>> 0 },
  },
  {
    ...{ name: 'es generic', codec: es, encoderOptions: { kind: 'generic' } },
    ...{ ...stream, space: pixels(1, 1), counters: [254, 508], kept: () => 0 },
  },
  {
    ...{ name: 'nmnist', codec: nmnist, decoderOptions: { width: 240, height: 180 } },
    ...{ space: pixels(240, 180), longestPause: 2 ** 23 + 2, latest: 2 ** 24, tellsSpace: true },
    counters: [2 ** 13, 2 ** 16, 2 ** 23],
  },
  {
    ...{ name: 'spif', codec: spif, decoderOptions: { width: 1280, height: 720 } },
    ...{ space: camera, longestPause: 2 ** 31 - 1, latest: 2 ** 32 - 1, tellsSpace: true },
    ...{ counters: [2 ** 31, 2 ** 32], stepsBack: 3 },
  },
  {
    ...{ name: 'aedat2 davis', codec: aedat2, space: pixels(346, 260), tellsSpace: true },
    ...{ longestPause: 2 ** 31 - 1, counters: [2 ** 31, 2 ** 32], stepsBack: 3 },
  },
  {
    ...{ name: 'aedat2 dvs128', codec: aedat2, space: pixels(128, 128), tellsSpace: true },
    ...{ longestPause: 2 ** 31 - 1, counters: [2 ** 31, 2 ** 32], stepsBack: 3 },
  },
  {
    ...{ name: 'aedat2 of any size', codec: aedat2, space: pixels(1000, 500), tellsSpace: true },
    ...{ longestPause: 2 ** 31 - 1, counters: [2 ** 31, 2 ** 32], stepsBack: 3 },
  },
  {
    ...{ name: 'aedat31', codec: aedat31, ...evt, counters: [2 ** 31, 2 ** 32], stepsBack: 3 },
  },
  {
    ...{ name: 'aedat31 spikes', codec: aedat31, space: dynapseSpikes, tellsSpace: true },
    ...{ longestPause: 2 ** 40, counters: [2 ** 31], stepsBack: 3 },
  },
  {
    ...{ name: 'aedat4', codec: aedat4, encoderOptions: { compression: 'none' } },
    ...{ ...evt, stepsBack: 3, counters: [2 ** 32] },
  },
  {
    ...{ name: 'aedat4 lz4', codec: aedat4, ...evt, stepsBack: 3, counters: [2 ** 32] },
  },
  {
    ...{ name: 'aedat4 zstd', codec: aedat4, encoderOptions: { compression: 'zstd' } },
    ...{ ...evt, stepsBack: 3, counters: [2 ** 32] },
  },
  { name: 'csv', codec: csv, ...evt, stepsBack: 3, counters: [1e4, 1e9, 1e12] },
  {
    ...{ name: 'csv in s', codec: csv, encoderOptions: { timeUnit: 's', separator: '\t' } },
    ...{ ...evt, latest: 2 ** 40, counters: [1e6, 1e9] },
  },
  {
    ...{ name: 'npy', codec: npy, decoderOptions: { width: 1280, height: 720 } },
    ...{ ...evt, stepsBack: 3, counters: [2 ** 31, 2 ** 32] },
  },
  ...[false, true].map((compress) => ({
    ...{ name: compress ? 'npz deflated' : 'npz', codec: npz, encoderOptions: { compress } },
    ...{ decoderOptions: { width: 1280, height: 720 } },
    ...{ ...evt, stepsBack: 3, counters: [2 ** 31, 2 ** 32] },
  })),
];
