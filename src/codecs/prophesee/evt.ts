/** What EVT2, EVT2.1 and EVT3 have in common: a header of text, then words of one size. */
import { type PixelSpace, pixels } from '../../events/space.ts';
import type { Decoder } from '../codec.ts';
import type { Counts } from '../counts.ts';
import { type Headed, headedDecoder } from '../headed.ts';
import { type PacketRoom, packetRoom } from '../packet-room.ts';
import { pieceFeed } from '../piece-feed.ts';
import {
  fieldsOf,
  formatItems,
  type GeometryOptions,
  propheseeForm,
  streamHeader,
  timeOrigin,
} from './header.ts';

/** As many pixels as 11 bits for each side can tell apart. */
export const largestEvt: PixelSpace = pixels(2048, 2048);

/** What a hot loop counts. */
export interface WordCounts {
  /** Words that are no events, by type. */
  readonly byType: Int32Array;
  outside: number;
  beforeTime: number;
  beforeRow: number;
}

/** One of the formats. */
export interface EvtForm<Words, Clock> {
  readonly name: string;
  readonly variant?: string;
  readonly wordBytes: 2 | 4 | 8;
  /** What the types of words are counted as; others are unknown words. */
  readonly names: Readonly<Record<number, string>>;
  /** Sees a piece as words. */
  view(piece: Uint8Array<ArrayBuffer>): Words;
  /** What goes on from one word to the next, at the beginning. */
  clock(origin: number): Clock;
  /** Time before which everything has been said; undefined if none is known. */
  said(clock: Clock): number | undefined;
  /** Decodes words until they end or the room is full, and gives the first that is left. */
  decode(
    words: Words,
    from: number,
    to: number,
    clock: Clock,
    space: PixelSpace,
    room: PacketRoom,
    count: WordCounts,
  ): number;
}

function begin<Words, Clock>(
  formOf: (items: ReadonlyMap<string, string>) => EvtForm<Words, Clock>,
  lines: readonly string[],
  position: number,
  count: Counts,
  options: GeometryOptions,
): Headed {
  const fields = fieldsOf(lines);
  const form = formOf(formatItems(fields));
  const { wordBytes, name } = form;
  const header = streamHeader(name, form.variant, fields, options, largestEvt);
  const room = packetRoom(header.space);
  const clock = form.clock(timeOrigin(fields));
  const feed = pieceFeed(position);
  const words = form.view(feed.room);
  const counted: WordCounts = {
    byType: new Int32Array(16),
    outside: 0,
    beforeTime: 0,
    beforeRow: 0,
  };
  const tell = (): void => {
    counted.byType.forEach((seen, type) => {
      count.add(form.names[type] ?? 'unknownWords', seen);
    });
    count.add('outside', counted.outside);
    count.add('beforeTime', counted.beforeTime);
    count.add('beforeRow', counted.beforeRow);
    counted.byType.fill(0);
    counted.outside = 0;
    counted.beforeTime = 0;
    counted.beforeRow = 0;
  };
  return {
    header: () => header,
    body: {
      push(bytes) {
        feed.push(bytes, (length) => {
          const to = Math.floor(length / wordBytes);
          for (let from = 0; from < to; ) {
            from = form.decode(words, from, to, clock, header.space, room, counted);
            if (room.count >= room.limit) room.flush();
          }
          return to * wordBytes;
        });
        tell();
        return room.take(form.said(clock));
      },
      end() {
        count.add('cutOffBytes', feed.held);
        return room.take();
      },
    },
  };
}

/**
 * Makes a decoder of one of the formats.
 *
 * @param formOf is given the items behind the name of the format in the header
 */
export function evtDecoder<Words, Clock>(
  formOf: (items: ReadonlyMap<string, string>) => EvtForm<Words, Clock>,
  options: GeometryOptions,
): Decoder {
  return headedDecoder(propheseeForm, (lines, position, count) =>
    begin(formOf, lines, position, count, options),
  );
}
