/** Our own recording as a codec of one stream of events; {@link recordingDecoder} gives all streams. */
import { DataError } from '../../errors.ts';
import { type AerPacket, soundPacket } from '../../events/aer-packet.ts';
import { anything, type OptionTable, text } from '../../options.ts';
import type { Codec, StreamHeader } from '../codec.ts';
import { counts } from '../counts.ts';
import { checkOptions, soundDecoder } from '../sound.ts';
import { opensRecording } from './chunk.ts';
import { recordingDecoder } from './decoder.ts';
import { recordingEncoder } from './encoder.ts';
import type { RecordedItem } from './streams.ts';

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
    options = checkOptions('recordings', options, decoderTable);
    const recording = recordingDecoder();
    const count = counts();
    let header: StreamHeader | undefined;
    let chosen = options.stream;
    const events = (items: readonly RecordedItem[]): AerPacket[] => {
      const packets: AerPacket[] = [];
      chosen ??= [...recording.streams.values()].find(({ kind }) => kind === 'events')?.name;
      for (const { stream, item } of items) {
        if (stream === chosen && 'addresses' in item) packets.push(item);
        else count.add('otherStreams', 1);
      }
      const [first] = packets;
      if (header === undefined && first !== undefined) {
        const { space } = first;
        const size = space.kind === 'pixels' ? { width: space.width, height: space.height } : {};
        header = { format: 'spk', ...size, space, fields: { stream: chosen! } };
      }
      return packets;
    };
    return soundDecoder({
      get skipped() {
        return { ...recording.skipped, ...count.skipped };
      },
      header: () => header,
      push: (bytes) => events(recording.push(bytes)),
      end() {
        const packets = events(recording.end());
        const { streams } = recording;
        if (chosen !== undefined && streams.get(chosen)?.kind !== 'events') {
          throw new DataError(`this recording has no stream of events that is named ${chosen}`);
        }
        header ??= { format: 'spk', fields: {} };
        return packets;
      },
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
