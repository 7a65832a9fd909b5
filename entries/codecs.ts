export type { Codec, Decoder, Encoder, Skipped, StreamHeader } from '../src/codecs/codec.ts';
export {
  anyDecoder,
  codecNamed,
  codecOf,
  type Decoded,
  type DecodeOptions,
  decodeBytes,
} from '../src/codecs/decode.ts';
export { type EventDigest, type EventSummary, eventDigest } from '../src/codecs/digest.ts';
export { type DatEncoderOptions, dat } from '../src/codecs/prophesee/dat.ts';
export type { GeometryOptions } from '../src/codecs/prophesee/header.ts';
export { codecs } from '../src/codecs/table.ts';
