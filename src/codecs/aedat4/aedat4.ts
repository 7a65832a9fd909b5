/** AEDAT4, the format of iniVation's DV: uncompressed, LZ4 and ZSTD. */
import { number, type OptionTable, oneOf } from '../../options.ts';
import type { Codec } from '../codec.ts';
import { checkOptions } from '../sound.ts';
import { loadZstd } from '../zstd.ts';
import { aedat4Decoder, magic } from './decoder.ts';
import { type Aedat4Compression, aedat4Encoder } from './encoder.ts';

/** Which events of a file are read. */
export interface Aedat4DecoderOptions {
  /** Number of a stream of events; the lowest if left out. */
  readonly stream?: number;
}

/** How a file is written. */
export interface Aedat4EncoderOptions {
  /** How packets are compressed; `lz4` if left out. */
  readonly compression?: Aedat4Compression;
}

const decoderTable: OptionTable<Aedat4DecoderOptions> = {
  stream: number({ min: 0, max: 2 ** 31 - 1, whole: true }),
};
const encoderTable: OptionTable<Aedat4EncoderOptions> = {
  compression: oneOf(['none', 'lz4', 'zstd']),
};

/** AEDAT4. Frames, inertial measurements and triggers are counted and passed over. */
export const aedat4: Codec<Aedat4DecoderOptions, Aedat4EncoderOptions> = {
  name: 'aedat4',
  title: 'AEDAT4 (iniVation DV)',
  extensions: ['aedat4'],
  ready: loadZstd,
  detect: (head) => head.length >= magic.length && magic.every((byte, i) => head[i] === byte),
  decoder(options = {}) {
    options = checkOptions('AEDAT4', options, decoderTable);
    return aedat4Decoder(options.stream);
  },
  encoder(options = {}) {
    options = checkOptions('AEDAT4', options, encoderTable);
    return aedat4Encoder(options.compression ?? 'lz4');
  },
};
