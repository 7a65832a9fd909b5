/** What writers of EVT2, EVT2.1 and EVT3 have in common: the header, and the upper bits of the time. */

import { DataError } from '../../errors.ts';
import type { AerPacket } from '../../events/aer-packet.ts';
import type { PixelSpace } from '../../events/space.ts';
import { number, type OptionTable } from '../../options.ts';
import type { Encoder } from '../codec.ts';
import { soundEncoder } from '../sound.ts';

/** How EVT files are written. */
export interface EvtEncoderOptions {
  /** Time that is taken off all times and named in the header, µs; 0 if left out and the counter holds the first time. */
  readonly origin?: number;
}

/** The checks of {@link EvtEncoderOptions}. */
export const evtEncoderTable: OptionTable<EvtEncoderOptions> = {
  origin: number({ min: 0, whole: true, unit: 'µs' }),
};

/** The upper bits of the time, as the words say them. */
export interface HighWords {
  /** Goes on to a time that one value says, and gives it; -1 if there is none, or more are needed. */
  step(time: number): number;
  /** Goes to a time, and gives the values that say so, one after the other. */
  go(time: number): readonly number[];
  /** Time that the last value stands for, µs. */
  readonly at: number;
  /** The last value; -1 if none has been said. A loop that has said more sets it. */
  value: number;
  /** Time at which the counter was 0, µs. */
  readonly start: number;
}

/** Longest pause that is written, µs: 12 days. */
const longestPause = 2 ** 40;

/**
 * Follows the time in steps of `unit` µs, counted up to `loop` µs. Before the counter begins anew its last value is
 * said, and then 0; and no step is longer than half of it: so no reader takes one for the other.
 */
export function highWords(title: string, unit: number, loop: number, origin: number): HighWords {
  const values = loop / unit;
  /** Units since the origin, and at the beginning of the loop. */
  let at = -1;
  let turn = 0;
  const refuse = (time: number, why: string): never => {
    const last = origin + at * unit;
    throw new DataError(
      `an event at ${time} µs after ${last} µs cannot be written as ${title}: ${why}`,
    );
  };
  return {
    step(time) {
      const to = Math.floor((time - origin) / unit);
      if (!(at >= 0 && to > at && to - at < values / 2 && to - turn < values)) return -1;
      at = to;
      return to - turn;
    },
    go(time) {
      const to = Math.floor((time - origin) / unit);
      if (!(to >= 0)) refuse(time, `it lies before the origin, ${origin} µs`);
      const said: number[] = [];
      const tell = (value: number): void => {
        at = value;
        said.push(value % values);
      };
      if (at < 0) tell(to < values ? to : refuse(time, 'give a later origin'));
      if ((to - at) * unit > longestPause) refuse(time, 'the pause is too long');
      if (to < at) {
        const same = Math.floor(to / values) === Math.floor(at / values);
        if (!same || at - to > values / 4) refuse(time, 'sort the events by time');
        tell(to);
      }
      while (at < to) {
        const lastOfLoop = (Math.floor(at / values) + 1) * values - 1;
        tell(at === lastOfLoop ? at + 1 : Math.min(to, lastOfLoop, at + values / 2 - 1));
      }
      turn = at - (at % values);
      return said;
    },
    get at() {
      return origin + at * unit;
    },
    get value() {
      return at < 0 ? -1 : at - turn;
    },
    set value(said) {
      at = turn + said;
    },
    get start() {
      return origin + turn * unit;
    },
  };
}

/** One of the formats. */
export interface EvtWriter {
  readonly title: string;
  /** Lines of the header, the space and the origin left out. */
  readonly version: string;
  /** Name in the header, with items of its own. */
  readonly format: string;
  /** Pixels of a side at most. */
  readonly side: number;
  /** Microseconds that the counter holds. */
  readonly loop: number;
  /** Begins to count at a time. */
  begin(origin: number): void;
  /** Gives the words of a packet. */
  write(packet: AerPacket<PixelSpace>): Uint8Array;
}

/** Makes an encoder of one of the formats. */
export function evtEncoder(options: EvtEncoderOptions, writer: EvtWriter): Encoder {
  const { title, version, format, side, loop } = writer;
  return soundEncoder<PixelSpace>('pixels', {
    refusesTimes: true,
    begin(space, first = 0) {
      if (space !== undefined && (space.width > side || space.height > side)) {
        throw new DataError(`${title} holds ${side}×${side} pixels at most`);
      }
      const origin = options.origin ?? (first < loop ? 0 : first);
      writer.begin(origin);
      const lines = [`evt ${version}`];
      if (space === undefined) lines.push(`format ${format}`);
      else {
        const { width, height } = space;
        lines.push(
          `format ${format};height=${height};width=${width}`,
          `geometry ${width}x${height}`,
        );
      }
      if (origin > 0) lines.push(`t0 ${origin}`);
      return new TextEncoder().encode([...lines, 'end'].map((line) => `% ${line}\n`).join(''));
    },
    push: (packet) => writer.write(packet),
    end: () => new Uint8Array(0),
  });
}
