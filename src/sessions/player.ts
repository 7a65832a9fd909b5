/** What was recorded of a run, span by span of time, and whether its input is the recorded one. */
import { DataError, DeviceError } from '../errors.ts';
import type { AerPacket } from '../events/aer-packet.ts';
import { binOf, binStart } from '../events/bins.ts';
import { rasterToEvents } from '../events/convert.ts';
import type { Losses } from '../events/losses.ts';
import type { Marks } from '../events/series.ts';
import { type ChannelSpace, channels as channelSpace } from '../events/space.ts';
import type { SignalRaster, SpikeRaster } from '../events/spike-raster.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type OutputSignal, outputOf, outputSignals } from '../pipeline/signals.ts';
import {
  isPacket,
  type TargetInput,
  type TargetOutput,
  type TargetRequest,
} from '../pipeline/target.ts';
import type { RecordedSession } from './recorded-session.ts';
import { type SpikeCursor, spikeCursor, type ValueCursor, valueCursor } from './spike-cursor.ts';

/** The streams of a recorded run. */
export interface RunStreams {
  readonly input: string;
  /** Streams by signal. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly resets: string;
}

/** How what was recorded is given back. */
export interface PlaybackPlan {
  readonly session: RecordedSession;
  readonly streams: RunStreams;
  /** Whether what comes must be what was recorded. */
  readonly same: boolean;
  /** Whether the recording begins where the first input does, rather than at its own time. */
  readonly atFirst: boolean;
  readonly losses: Losses;
}

/** Steps to give output for, and the input over them. */
export interface Asked {
  readonly from: number;
  readonly to: number;
  readonly steps: number;
  readonly packets: boolean;
  readonly input: TargetInput | undefined;
}

/** What a signal is over a span. */
type SignalOutput = SpikeRaster | SignalRaster | AerPacket<ChannelSpace>;

/** Gives the recorded output over spans of time, and looks whether the input is the recorded one. */
export class Player {
  readonly #dt: number;
  readonly #plan: PlaybackPlan;
  readonly #request: TargetRequest;
  readonly #signals: readonly OutputSignal[];
  readonly #outputs: readonly (SpikeCursor | ValueCursor)[];
  readonly #input: SpikeCursor;
  /** Events that came and have not been compared yet. */
  #came: { readonly time: number; readonly channel: number }[] = [];
  #resets: number[] | undefined;
  /** First bin that is asked for, and the one of the recording that it is. */
  #begin: { readonly asked: number; readonly recorded: number } | undefined;
  #differs = false;

  constructor(pipeline: Pipeline, request: TargetRequest, plan: PlaybackPlan) {
    const { session, streams } = plan;
    this.#dt = pipeline.dt;
    this.#plan = plan;
    this.#request = request;
    this.#signals = outputSignals(pipeline, request);
    this.#outputs = this.#signals.map(({ name, spikes }) => {
      const stream = streams.outputs[name]!;
      return spikes
        ? spikeCursor(session.recording, stream)
        : valueCursor(session.recording, stream);
    });
    this.#input = spikeCursor(session.recording, streams.input);
  }

  /** The output over a span. */
  async output(asked: Asked): Promise<TargetOutput> {
    const { path, closed } = this.#plan.session;
    if (closed) throw new DeviceError('disconnected', `the session ${path} is closed`);
    const { from, to, steps } = asked;
    if (steps > 0) this.#begin ??= await this.#beginAt(from);
    await this.#compare(asked);
    const [first, last] = steps > 0 ? [this.#recorded(from), this.#recorded(to)] : [0, 0];
    const given: SignalOutput[] = [];
    for (const [i, signal] of this.#signals.entries()) {
      if (steps > 0) await this.#outputs[i]!.fill(last);
      given.push(this.#signal(signal, this.#outputs[i]!, asked, first, last));
    }
    return outputOf(this.#signals, given, this.#request);
  }

  /** Looks whether the recorded run was brought to rest at a time, too. */
  async reset(time: number): Promise<void> {
    this.#resets ??= await this.#readResets();
    const at = this.#begin === undefined ? time : this.#recorded(time);
    if (this.#begin === undefined || this.#resets.includes(at)) return;
    this.#differ(`it was not brought to rest at ${at} µs when it was recorded, and is now`);
  }

  /** A signal over a span. */
  #signal(
    { channels }: OutputSignal,
    cursor: SpikeCursor | ValueCursor,
    { from, to, steps, packets }: Asked,
    first: number,
    last: number,
  ): SignalOutput {
    const grid = { steps, channels, dt: this.#dt, startTime: from };
    if (!('first' in cursor)) {
      const values = new Float64Array(steps * channels);
      if (steps > 0) cursor.take(first, values);
      return { ...grid, values };
    }
    const [timestamps, addresses]: [number[], number[]] = [[], []];
    const counts = new Uint32Array(packets ? 0 : steps * channels);
    if (steps > 0) {
      cursor.take(last, (time, channel) => {
        // What lies between two chunks that are asked for is left out.
        if (time < first || channel >= channels) return;
        if (packets) {
          timestamps.push(this.#moved(time));
          addresses.push(channel);
          return;
        }
        const at = binOf(time, first, this.#dt) * channels + channel;
        counts[at] = counts[at]! + 1;
      });
    }
    if (!packets) return { ...grid, counts };
    return {
      timestamps: Float64Array.from(timestamps),
      addresses: Uint32Array.from(addresses),
      space: channelSpace(channels),
      until: to,
    };
  }

  async #readResets(): Promise<number[]> {
    const { session, streams } = this.#plan;
    const times: number[] = [];
    if (!session.recording.streams.has(streams.resets)) return times;
    for await (const { item } of session.recording.items({ streams: [streams.resets] })) {
      times.push(...(item as Marks).timestamps);
    }
    return times;
  }

  async #beginAt(asked: number) {
    if (!this.#plan.atFirst) return { asked, recorded: asked };
    const first = await this.#input.first();
    if (first === undefined) throw new DataError('nothing went into the run that was recorded');
    const time = 'startTime' in first ? first.startTime : first.timestamps[0]!;
    return { asked, recorded: binStart(binOf(time, 0, this.#dt), this.#dt) };
  }

  /** The recorded time of the start of a bin. */
  #recorded(time: number): number {
    const { asked, recorded } = this.#begin!;
    return asked === recorded ? time : binStart(binOf(time, asked, this.#dt), this.#dt, recorded);
  }

  /** A recorded time as it is given. */
  #moved(time: number): number {
    const { asked, recorded } = this.#begin!;
    if (asked === recorded) return time;
    const bin = binOf(time, recorded, this.#dt);
    const into = time - binStart(bin, this.#dt, recorded);
    return binStart(bin, this.#dt, asked) + into;
  }

  #differ(how: string): void {
    if (this.#plan.same) throw new DataError(`this is not what was recorded: ${how}`);
    if (!this.#differs) this.#plan.losses.add('otherInput', 1);
    this.#differs = true;
  }

  /** Holds the input of a span against the recorded one, bin by bin. */
  async #compare({ to, steps, input }: Asked): Promise<void> {
    if (input !== undefined) {
      const { timestamps, addresses } = isPacket(input) ? input : rasterToEvents(input);
      for (let i = 0; i < timestamps.length; i++) {
        this.#came.push({ time: timestamps[i]!, channel: addresses[i]! });
      }
    }
    if (steps === 0 || this.#differs) return;
    const [dt, last] = [this.#dt, this.#recorded(to)];
    await this.#input.read(last);
    const { asked, recorded } = this.#begin!;
    const balance = new Map<string, number>();
    const count = (bin: number, channel: number, by: number): void => {
      const key = `${bin} ${channel}`;
      const sum = (balance.get(key) ?? 0) + by;
      if (sum === 0) balance.delete(key);
      else balance.set(key, sum);
    };
    this.#input.take(last, (time, channel) => count(binOf(time, recorded, dt), channel, 1));
    const held = this.#came.findIndex(({ time }) => time >= to);
    const now = this.#came.splice(0, held < 0 ? this.#came.length : held);
    for (const { time, channel } of now) count(binOf(time, asked, dt), channel, -1);
    const [odd] = balance;
    if (odd === undefined) return;
    const [key, more] = odd;
    const [bin, channel] = key.split(' ').map(Number) as [number, number];
    const when = binStart(bin, dt, asked);
    this.#differ(
      `at ${when} µs channel ${channel} has ${Math.abs(more)} ${more > 0 ? 'fewer' : 'more'} events`,
    );
  }
}
