import { type Codec, dat, evt2, evt3, evt21, spk } from 'spikeline/codecs';
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
];
