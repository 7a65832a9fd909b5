/** What the cases of the target suite share: networks, inputs, and a run that is written down. */
import type { AerPacket } from '../events/aer-packet.ts';
import { binOf, binStart, binsBetween } from '../events/bins.ts';
import { rasterToEvents } from '../events/convert.ts';
import { poissonRaster } from '../events/poisson.ts';
import { type ChannelSpace, channels } from '../events/space.ts';
import { type SpikeRaster, spikeRaster } from '../events/spike-raster.ts';
import { dynapSim } from '../stages/dynap-sim/definition.ts';
import { linear } from '../stages/linear/definition.ts';
import { expectTrue, type SuiteTime, waiter } from '../suite.ts';
import { type Pipeline, pipeline } from './pipeline.ts';
import {
  isPacket,
  type Recorded,
  type Target,
  type TargetInput,
  type TargetOutput,
  type TargetRequest,
  type TargetRun,
} from './target.ts';

/** What `targetSuite` needs of a target. */
export interface TargetSuiteConfig extends SuiteTime {
  /** Makes the target anew for each case, with what it runs on. */
  open(): Promise<OpenTarget>;
  /** States that the target can see, of the output of a DynapSim network: `['output:imem']`; none if left out. */
  readonly states?: readonly string[];
  /** Whether the same input always gives the same spikes, as no board with a clock of its own promises; so if left out. */
  readonly exact?: boolean;
  /** Counts what is open on behalf of targets: timers, listeners, sockets; it must come to 0. */
  left?(): number;
}

/** A target that is open. */
export interface OpenTarget {
  readonly target: Target;
  /** Frees what the target runs on. */
  close?(): Promise<void>;
  /** Breaks what the target runs on in mid-run; the case is left out without it. */
  break?(): void | Promise<void>;
}

/** A run as the cases see it. */
export interface WatchedRun {
  readonly run: TargetRun;
  readonly outputs: TargetOutput[];
  /** How it ended: not yet, completed, or with an error. */
  readonly ended: 'no' | 'completed' | 'errored';
  /** The error that it ended with. */
  readonly error: unknown;
  /** What came after its end. */
  readonly after: number;
}

/** What the cases share. */
export interface TargetBench {
  readonly config: TargetSuiteConfig;
  pass(milliseconds: number): Promise<void>;
  until(holds: () => boolean, what: string): Promise<void>;
  /** Opens a target, uses it, and closes it; then nothing may be left. */
  used(use: (open: OpenTarget) => Promise<void>): Promise<void>;
  /** Starts a run and writes down what comes. */
  start(target: Target, request?: TargetRequest, net?: Pipeline): WatchedRun;
  /** Runs inputs to their end; a function is called instead of being pushed. */
  outputs(
    target: Target,
    inputs: readonly (TargetInput | 'reset')[],
    request?: TargetRequest,
  ): Promise<TargetOutput[]>;
}

/** A network with a hidden population; both spike under {@link suiteInput}, and are silent without it. */
export const suiteNetwork: Pipeline = pipeline(
  linear({
    weight: [
      [8, 0],
      [4, 8],
      [0, 8],
    ],
  }),
  dynapSim({ neurons: 2, name: 'hidden', Ispkthr: 1e-8 }),
  linear({ weight: [[15], [15]] }),
  dynapSim({ neurons: 1, name: 'output', Ispkthr: 1e-8 }),
);

/** When the input begins, µs: times are absolute. */
export const inputStart = 10_130_000;

/** Noise on the channels of the network, with an event in its first bin. */
export const suiteInput: SpikeRaster = withFirst(
  poissonRaster({ channels: 3, rate: 150, duration: 0.12, seed: 5, startTime: inputStart }),
);

function withFirst(raster: SpikeRaster): SpikeRaster {
  const counts = raster.counts.slice();
  counts[0] = 1;
  return { ...raster, counts };
}

/** Cuts the input into chunks of so many steps; the last takes the rest. */
export function rasterChunks(
  sizes: readonly number[],
  input: SpikeRaster = suiteInput,
): SpikeRaster[] {
  const { steps, channels: width, dt, startTime, counts } = input;
  const chunks: SpikeRaster[] = [];
  let from = 0;
  for (const size of [...sizes, steps]) {
    const to = Math.min(steps, from + size);
    if (to === from) continue;
    chunks.push({
      steps: to - from,
      channels: width,
      dt,
      startTime: binStart(from, dt, startTime),
      counts: counts.slice(from * width, to * width),
    });
    from = to;
  }
  return chunks;
}

/** Cuts the events of the input into packets at times, µs from its start; `until` is each cut, then the end. */
export function packetChunks(
  cuts: readonly number[],
  input: SpikeRaster = suiteInput,
): AerPacket<ChannelSpace>[] {
  const { timestamps, addresses, until } = rasterToEvents(input);
  const space = channels(input.channels);
  let from = 0;
  return [...cuts.map((cut) => input.startTime + cut), until].map((end) => {
    const first = from;
    while (from < timestamps.length && (timestamps[from]! < end || end === until)) from++;
    return {
      timestamps: timestamps.slice(first, from),
      addresses: addresses.slice(first, from),
      space,
      until: end,
    };
  });
}

/** Spikes of outputs, counted by bin: `bin·channels + channel`, from the start of the input. */
export function binnedSpikes(outputs: readonly TargetOutput[], name?: string): number[] {
  const { dt, startTime, steps } = suiteInput;
  const spikes = outputs.map((output) =>
    name === undefined ? output : (output as Recorded)[name],
  ) as TargetInput[];
  const [first] = spikes;
  const width = first === undefined ? 1 : isPacket(first) ? first.space.channels : first.channels;
  const counts = new Array<number>(steps * width).fill(0);
  const add = (bin: number, channel: number, count: number): void => {
    expectTrue(bin >= 0 && bin < steps, `a spike lies in bin ${bin}; there are ${steps}`);
    const at = bin * width + channel;
    counts[at] = counts[at]! + count;
  };
  for (const each of spikes) {
    if (isPacket(each)) {
      for (const [i, time] of each.timestamps.entries()) {
        add(binOf(time, startTime, dt), each.addresses[i]!, 1);
      }
      continue;
    }
    const offset = binsBetween(startTime, each.startTime, dt);
    for (const [i, count] of each.counts.entries()) {
      if (count > 0) add(offset + Math.floor(i / width), i % width, count);
    }
  }
  return counts;
}

/** Number of spikes. */
export function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Silence on the grid of the input, from a step on. */
export function silence(step: number, steps: number): SpikeRaster {
  const { channels: width, dt, startTime } = suiteInput;
  const at = binStart(step, dt, startTime);
  return spikeRaster({ channels: width, dt, startTime: at, counts: { steps } });
}

/** Makes what the cases share. */
export function targetBench(config: TargetSuiteConfig): TargetBench {
  const { pass, until, answer } = waiter(config);
  const { left = () => 0 } = config;
  const start: TargetBench['start'] = (target, request = {}, net = suiteNetwork) => {
    const outputs: TargetOutput[] = [];
    let ended: WatchedRun['ended'] = 'no';
    let error: unknown;
    let after = 0;
    const end = (how: 'completed' | 'errored', cause?: unknown): void => {
      if (ended !== 'no') {
        after++;
        return;
      }
      ended = how;
      error = cause;
    };
    const observer = {
      next(output: TargetOutput) {
        if (ended === 'no') outputs.push(output);
        else after++;
      },
      error: (cause: unknown) => end('errored', cause),
      complete: () => end('completed'),
    };
    const run = target.start(net, observer, request);
    return {
      run,
      outputs,
      get ended() {
        return ended;
      },
      get error() {
        return error;
      },
      get after() {
        return after;
      },
    };
  };
  return {
    config,
    pass,
    until,
    start,
    async used(use) {
      const open = await answer(config.open(), 'an open target');
      try {
        await use(open);
      } finally {
        if (open.close) await answer(open.close(), 'close()');
      }
      await until(() => left() === 0, 'the end of all timers, listeners and sockets');
    },
    async outputs(target, inputs, request) {
      const watched = start(target, request);
      for (const input of inputs) {
        if (input === 'reset') watched.run.reset();
        else watched.run.push(input);
      }
      watched.run.end();
      await until(() => watched.ended !== 'no', 'the end of a run');
      if (watched.ended === 'errored') throw watched.error;
      watched.run.stop();
      return watched.outputs;
    },
  };
}
