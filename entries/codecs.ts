export {
  type Aedat2DecoderOptions,
  type Aedat2EncoderOptions,
  type Aedat2Map,
  aedat2,
} from '../src/codecs/aedat/aedat2.ts';
export { aedat31 } from '../src/codecs/aedat/aedat31.ts';
export type { Aedat31DecoderOptions } from '../src/codecs/aedat/aedat31-decoder.ts';
export {
  type DynapseNeuron,
  dynapseNeuron,
  dynapseSpikes,
  dynapseWord,
} from '../src/codecs/aedat/spikes.ts';
export {
  type Aedat4DecoderOptions,
  type Aedat4EncoderOptions,
  aedat4,
} from '../src/codecs/aedat4/aedat4.ts';
export type { Aedat4Compression } from '../src/codecs/aedat4/encoder.ts';
export type { Codec, Decoder, Encoder, Skipped, StreamHeader } from '../src/codecs/codec.ts';
export { type CsvDecoderOptions, type CsvEncoderOptions, csv } from '../src/codecs/csv/csv.ts';
export type { CsvColumn, CsvTimeUnit } from '../src/codecs/csv/layout.ts';
export {
  anyDecoder,
  codecNamed,
  codecOf,
  type Decoded,
  type DecodeOptions,
  decodeBytes,
} from '../src/codecs/decode.ts';
export { type EventDigest, type EventSummary, eventDigest } from '../src/codecs/digest.ts';
export { es } from '../src/codecs/event-stream/codec.ts';
export type { EventStreamEncoderOptions } from '../src/codecs/event-stream/encoder.ts';
export type { EventStreamKind } from '../src/codecs/event-stream/layout.ts';
export {
  type NmnistDecoderOptions,
  type NmnistEncoderOptions,
  nmnist,
} from '../src/codecs/nmnist.ts';
export { npyOfRaster } from '../src/codecs/numpy/npy-encoder.ts';
export {
  type NpyDecoderOptions,
  type NpzDecoderOptions,
  type NpzEncoderOptions,
  npy,
  npz,
} from '../src/codecs/numpy/numpy.ts';
export type { NpyColumn } from '../src/codecs/numpy/roles.ts';
export { recyclePacket } from '../src/codecs/packet-room.ts';
export { dat } from '../src/codecs/prophesee/dat.ts';
export type { DatEncoderOptions } from '../src/codecs/prophesee/dat-encoder.ts';
export type { EvtEncoderOptions } from '../src/codecs/prophesee/evt-encoder.ts';
export { evt2 } from '../src/codecs/prophesee/evt2.ts';
export { evt3 } from '../src/codecs/prophesee/evt3.ts';
export { type Evt21EncoderOptions, evt21 } from '../src/codecs/prophesee/evt21.ts';
export type { GeometryOptions } from '../src/codecs/prophesee/header.ts';
export type { ChunkPlace } from '../src/codecs/recording/chunk.ts';
export {
  type SpkDecoderOptions,
  type SpkEncoderOptions,
  spk,
} from '../src/codecs/recording/codec.ts';
export { type RecordingDecoder, recordingDecoder } from '../src/codecs/recording/decoder.ts';
export {
  type RecordingEncoder,
  recordingEncoder,
} from '../src/codecs/recording/encoder.ts';
export type {
  RecordingEncoderConfig,
  RecordingEnd,
} from '../src/codecs/recording/encoder-config.ts';
export {
  openRecording,
  type ReadBytes,
  type RecordingReader,
  type RecordingWindow,
} from '../src/codecs/recording/reader.ts';
export type {
  LossReport,
  RecordedClock,
  RecordedItem,
  RecordedKind,
  RecordedStream,
  RecordedStreamConfig,
} from '../src/codecs/recording/streams.ts';
export { type SpifDecoderOptions, type SpifEncoderOptions, spif } from '../src/codecs/spif.ts';
export { codecs } from '../src/codecs/table.ts';
export { recycleBytes } from '../src/codecs/word-buffer.ts';
export { type XdfDecoderOptions, xdf } from '../src/codecs/xdf/codec.ts';
export { type XdfReadOptions, xdfDecoder } from '../src/codecs/xdf/decoder.ts';
export { type XdfEncoder, xdfEncoder } from '../src/codecs/xdf/encoder.ts';
