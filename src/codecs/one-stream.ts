/** Decodes one stream of events out of a file that has several. */
import type { AerPacket } from '../events/aer-packet.ts';
import type { Decoder, StreamHeader } from './codec.ts';
import { counts } from './counts.ts';
import type { RecordedItem } from './recording/streams.ts';
import { soundDecoder } from './sound.ts';

/** A file of several streams, as it is being read. */
interface SeveralStreams {
  /** Streams that are known so far, by name. */
  readonly streams: ReadonlyMap<string, { readonly kind: string; readonly name: string }>;
  readonly skipped: Readonly<Record<string, number>>;
  push(bytes: Uint8Array): readonly RecordedItem[];
  end(): readonly RecordedItem[];
}

/**
 * Gives the packets of one stream; items of others are counted as `otherStreams`.
 *
 * @param chosen name of the stream; the first of events if left out
 * @param ended is told at the end which it was; throws if there should be one and is none
 */
export function oneStreamDecoder(
  format: string,
  file: SeveralStreams,
  chosen: string | undefined,
  ended: (chosen: string | undefined) => void = () => {},
): Decoder {
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
      header = { format, ...size, space, fields: { stream: chosen! } };
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
      ended(chosen);
      header ??= { format, fields: {} };
      return packets;
    },
  });
}
