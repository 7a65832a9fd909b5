/** A stream of an XDF file while it is read: its samples on their way to items, with their times corrected. */

import type { AerPacket } from '../../events/aer-packet.ts';
import type { StreamItem } from '../../events/series.ts';
import type { Space } from '../../events/space.ts';
import type { RecordedStream } from '../recording/streams.ts';
import { type XdfFormat, xdfFormats, xmlElement } from './format.ts';
import { spaceOf } from './space.ts';

/** What a stream's header says. */
export interface XdfStreamHeader {
  readonly name: string;
  /** Content, as LSL names it: `EEG`, `Markers`. */
  readonly type: string;
  readonly channels: number;
  readonly format: XdfFormat;
  /** Samples per second; 0 if they come when they come. */
  readonly rate: number;
  /** Space of the addresses, if these are events that were written here. */
  readonly space: Space | undefined;
}

/** Channels of a stream at most. */
const mostChannels = 2 ** 20;

/** Reads what a header says; undefined if it cannot be a stream. */
export function xdfStreamHeader(xml: string): XdfStreamHeader | undefined {
  const channels = Number(xmlElement(xml, 'channel_count'));
  const format = xmlElement(xml, 'channel_format');
  const rate = Number(xmlElement(xml, 'nominal_srate') ?? 0);
  const sound =
    Number.isInteger(channels) &&
    channels > 0 &&
    channels <= mostChannels &&
    format !== undefined &&
    Object.hasOwn(xdfFormats, format);
  if (!sound) return undefined;
  let space: unknown;
  try {
    space = JSON.parse(xmlElement(xml, 'spikeline_space') ?? 'null');
  } catch {
    // Then they are numbers.
  }
  return {
    name: xmlElement(xml, 'name') || 'stream',
    type: xmlElement(xml, 'type') ?? '',
    channels,
    format: format as XdfFormat,
    rate: Number.isFinite(rate) && rate > 0 ? rate : 0,
    space: channels === 1 && format !== 'string' ? spaceOf(space) : undefined,
  };
}

/** A measurement of the clock: at a time of the stream's clock, what to add to it, seconds. */
interface ClockOffset {
  readonly time: number;
  readonly value: number;
}

/** Samples that may wait for the next measurement of the clock. */
const mostWaiting = 2 ** 18;

/** Puts samples together to items. */
export class XdfStream {
  readonly header: XdfStreamHeader;
  readonly stream: RecordedStream;
  /** Time of the newest sample, seconds, from which left out times are deduced. */
  newest = 0;
  #times: number[] = [];
  #values: number[] = [];
  #labels: string[] = [];
  #before: ClockOffset | undefined;
  #last = Number.NEGATIVE_INFINITY;
  readonly #corrected: boolean;
  readonly #count: (reason: string, count: number) => void;

  constructor(
    header: XdfStreamHeader,
    name: string,
    corrected: boolean,
    count: (reason: string, count: number) => void,
  ) {
    const { format, space } = header;
    const kind = format === 'string' ? 'marks' : space === undefined ? 'series' : 'events';
    this.header = header;
    this.stream = { name, kind, clock: { name: 'lsl', unit: 1e-6, offset: 0 } };
    this.#corrected = corrected;
    this.#count = count;
  }

  /** Takes a sample of texts: of several channels as a list in JSON. */
  label(time: number, texts: readonly string[]): void {
    this.#times.push(time);
    this.#labels.push(texts.length === 1 ? texts[0]! : JSON.stringify(texts));
  }

  /** Takes the time of a sample whose values follow. */
  sample(time: number): void {
    this.#times.push(time);
  }

  value(value: number): void {
    this.#values.push(value);
  }

  /** Takes a measurement of the clock; gives the samples before it. */
  offset(time: number, value: number): StreamItem[] {
    const now = { time, value };
    const before = this.#before ?? now;
    this.#before = now;
    if (!this.#corrected) return [];
    const line = (at: number): number => {
      if (now.time === before.time || at <= before.time) return before.value;
      return (
        before.value + ((now.value - before.value) * (at - before.time)) / (now.time - before.time)
      );
    };
    const later = this.#times.findIndex((at) => at > time);
    return this.#give(later < 0 ? this.#times.length : later, line);
  }

  /** Gives what need not wait; without a measurement for long, by the last one. */
  ready(): StreamItem[] {
    if (this.#corrected && this.#times.length * this.header.channels < mostWaiting) return [];
    return this.rest();
  }

  /** Gives all that is left. */
  rest(): StreamItem[] {
    const value = this.#corrected ? (this.#before?.value ?? 0) : 0;
    return this.#give(this.#times.length, () => value);
  }

  #give(count: number, offset: (time: number) => number): StreamItem[] {
    if (count === 0) return [];
    const timestamps = new Float64Array(count);
    let raised = 0;
    for (let i = 0; i < count; i++) {
      const time = Math.round((this.#times[i]! + offset(this.#times[i]!)) * 1e6);
      // What steps back comes with the one before it: streams are sorted by time.
      if (!(time >= this.#last)) raised++;
      else if (Number.isSafeInteger(time)) this.#last = time;
      timestamps[i] = Number.isFinite(this.#last) ? this.#last : 0;
    }
    this.#count('raisedTimes', raised);
    this.#times.splice(0, count);
    const until = timestamps[count - 1]!;
    const { channels, space, format } = this.header;
    if (format === 'string') return [{ timestamps, labels: this.#labels.splice(0, count), until }];
    const values = Float64Array.from(this.#values.splice(0, count * channels));
    if (space === undefined) return [{ timestamps, values, channels, until }];
    const packet: AerPacket = { timestamps, addresses: Uint32Array.from(values), space, until };
    return [packet];
  }
}
