/** XDF as a codec of one stream of events; {@link xdfDecoder} gives all streams. */
import type { AerPacket } from '../../events/aer-packet.ts';
import { type OptionTable, text } from '../../options.ts';
import type { Codec, StreamHeader } from '../codec.ts';
import { counts } from '../counts.ts';
import type { RecordedItem } from '../recording/streams.ts';
import { checkOptions, soundDecoder } from '../sound.ts';
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
    let { stream: chosen } = checkOptions('XDF', options, table);
    const file = xdfDecoder();
    const count = counts();
    let header: StreamHeader | undefined;
    const events = (items: readonly RecordedItem[]): AerPacket[] => {
      const packets: AerPacket[] = [];
      chosen ??= [...file.streams.values()].find(({ kind }) => kind === 'events')?.name;
      for (const { stream, item } of items) {
        if (stream === chosen && 'addresses' in item) packets.push(item);
        else count.add('otherStreams', 1);
      }
      const [first] = packets;
      if (header === undefined && first !== undefined) {
        const { space } = first;
        const size = space.kind === 'pixels' ? { width: space.width, height: space.height } : {};
        header = { format: 'xdf', ...size, space, fields: { stream: chosen! } };
      }
      return packets;
    };
    return soundDecoder({
      get skipped() {
        return { ...file.skipped, ...count.skipped };
      },
      header: () => header,
      push: (bytes) => events(file.push(bytes)),
      end() {
        const packets = events(file.end());
        header ??= { format: 'xdf', fields: {} };
        return packets;
      },
    });
  },
};
