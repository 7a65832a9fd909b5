/** XDF as a codec of one stream of events; {@link xdfDecoder} gives all streams. */
import { type OptionTable, text } from '../../options.ts';
import type { Codec } from '../codec.ts';
import { oneStreamDecoder } from '../one-stream.ts';
import { checkOptions } from '../sound.ts';
import { opensXdf, xdfDecoder } from './decoder.ts';

/** Which events of an XDF file are read. */
export interface XdfDecoderOptions {
  /** Name of a stream of events; the first if left out. */
  readonly stream?: string;
}

const table: OptionTable<XdfDecoderOptions> = { stream: text };

/** XDF of Lab Streaming Layer, of which one stream of events is read; series and marks are named by `stream` of `fromFile`. */
export const xdf: Codec<XdfDecoderOptions> = {
  name: 'xdf',
  title: 'XDF of Lab Streaming Layer',
  extensions: ['xdf'],
  detect: opensXdf,
  decoder(options = {}) {
    const { stream } = checkOptions('XDF', options, table);
    return oneStreamDecoder('xdf', xdfDecoder(), stream);
  },
};
