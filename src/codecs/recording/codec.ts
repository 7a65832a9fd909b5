/** Our own recording as a codec of one stream of events; {@link recordingDecoder} gives all streams. */
import { DataError } from '../../errors.ts';
import { soundPacket } from '../../events/aer-packet.ts';
import { anything, type OptionTable, text } from '../../options.ts';
import type { Codec } from '../codec.ts';
import { oneStreamDecoder } from '../one-stream.ts';
import { checkOptions } from '../sound.ts';
import { opensRecording } from './chunk.ts';
import { recordingDecoder } from './decoder.ts';
import { recordingEncoder } from './encoder.ts';

/** Which events of a recording are read. */
export interface SpkDecoderOptions {
  /** Name of a stream of events; the first if left out. */
  readonly stream?: string;
}

/** How events are recorded. */
export interface SpkEncoderOptions {
  /** Name of their stream; `events` if left out. */
  readonly stream?: string;
  /** Whatever else is to be known of the recording. */
  readonly about?: Readonly<Record<string, unknown>>;
}

const decoderTable: OptionTable<SpkDecoderOptions> = { stream: text };
const encoderTable: OptionTable<SpkEncoderOptions> = { stream: text, about: anything };

/** Recordings of Spikeline, of which one stream of events is read or written. */
export const spk: Codec<SpkDecoderOptions, SpkEncoderOptions> = {
  name: 'spk',
  title: 'Spikeline recording',
  extensions: ['spk'],
  detect: opensRecording,
  decoder(options = {}) {
    const { stream } = checkOptions('recordings', options, decoderTable);
    const recording = recordingDecoder();
    return oneStreamDecoder('spk', recording, stream, (chosen) => {
      if (chosen !== undefined && recording.streams.get(chosen)?.kind !== 'events') {
        throw new DataError(`this recording has no stream of events that is named ${chosen}`);
      }
    });
  },
  encoder(options = {}) {
    options = checkOptions('recordings', options, encoderTable);
    const { stream = 'events', about = {} } = options;
    const recording = recordingEncoder({ streams: [{ name: stream, kind: 'events' }], about });
    return {
      push(packet) {
        packet = soundPacket(packet);
        return recording.push({ stream, item: packet });
      },
      end: () => recording.end(),
    };
  },
};
