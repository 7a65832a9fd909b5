import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { deploy } from '../src/compile/deploy.ts';
import type { Deployment, DeployOptions } from '../src/compile/deployment.ts';
import { type FpgaSchedule, fpgaSchedule } from '../src/devices/fpga-schedule.ts';
import type { Link } from '../src/devices/link.ts';
import { routeEvents } from '../src/devices/route.ts';
import { DeviceError, InvalidArgumentError, UnsupportedPipelineError } from '../src/errors.ts';
import type { AerPacket } from '../src/events/aer-packet.ts';
import { binOf, chunkEnd, rasterToEvents } from '../src/events/convert.ts';
import { type Losses, lossCounter } from '../src/events/losses.ts';
import { chipWords } from '../src/events/space.ts';
import type { SpikeRaster } from '../src/events/spike-raster.ts';
import type { Pipeline } from '../src/pipeline/pipeline.ts';
import { checkGrid, checkOrder } from '../src/pipeline/run.ts';
import type { Target, TargetObserver, TargetRun } from '../src/pipeline/target.ts';

/** Configuration of {@link chip}. */
export interface ChipConfig extends DeployOptions {
  /** How long before its time an event is handed to the board, seconds; 5 ms where left out. */
  readonly lookAhead?: number;
  /** Clock of the host. */
  readonly clock?: SchedulerLike;
  /** A deployment made before, to be used instead of deploying the pipeline. */
  readonly deployment?: Deployment;
  /** Counts what was lost on the way; the target's own where left out. */
  readonly losses?: Losses;
}

/** A chip as a target, with what was lost on the way. */
export interface ChipTarget extends Target {
  /**
   * Events to the board that came after their time (`late`, emitted all the same) or found no room
   * (`dropped`); events from the board that found no room (`overflowed`), belong to no chunk
   * (`unbinned`), or come from nothing that is in the pipeline (`unknownWord`).
   */
  readonly losses: Losses;
}

/** Collects what comes back on the chunks that went in. */
function collector(deployment: Deployment, losses: Losses) {
  const channels = deployment.outputWords.length;
  const channelOf = new Map(Array.from(deployment.outputWords, (word, i) => [word, i]));
  const open: { chunk: SpikeRaster; end: number }[] = [];
  const placeOf = (time: number): SpikeRaster | undefined => {
    for (let i = 0; i < open.length; i++) {
      const { chunk, end } = open[i]!;
      if (time >= chunk.startTime && time < end) return chunk;
    }
    return undefined;
  };
  return {
    open(input: SpikeRaster): SpikeRaster {
      const { steps, dt, startTime } = input;
      const counts = new Uint32Array(steps * channels);
      const chunk = { steps, channels, dt, startTime, counts };
      open.push({ chunk, end: chunkEnd(input) });
      return chunk;
    },
    take({ timestamps, addresses }: AerPacket): void {
      let unbinned = 0;
      let unknownWord = 0;
      for (let i = 0; i < addresses.length; i++) {
        const channel = channelOf.get(addresses[i]!);
        const time = timestamps[i]!;
        const place = placeOf(time);
        if (channel === undefined) {
          if (deployment.populationOf(addresses[i]!) === undefined) unknownWord++;
        } else if (place === undefined) unbinned++;
        else {
          const at = binOf(time, place.startTime, place.dt) * channels + channel;
          place.counts[at] = place.counts[at]! + 1;
        }
      }
      losses.add('unbinned', unbinned);
      losses.add('unknownWord', unknownWord);
    },
    close(): void {
      open.shift();
    },
  };
}

/** What a deployment is asked for: the options that are its own, for the chips of the board. */
function deployOptions(link: Link, config: ChipConfig): DeployOptions {
  const { lookAhead: _, clock: __, deployment: ___, losses: ____, ...options } = config;
  return { chips: link.info.chips, ...options };
}

/** Lists why a deployment made before cannot be one of `pipeline`. */
function deploymentProblems(deployment: Deployment, pipeline: Pipeline): string[] {
  const { inputWords, outputWords, dt } = deployment;
  const { channelsIn, channelsOut } = pipeline;
  const problems: string[] = [];
  if (inputWords.length !== channelsIn) {
    problems.push(
      `the deployment has ${inputWords.length} input channels; the pipeline takes ${channelsIn}`,
    );
  }
  if (outputWords.length !== channelsOut) {
    problems.push(
      `the deployment has ${outputWords.length} output channels; the pipeline gives ${channelsOut}`,
    );
  }
  if (dt !== pipeline.dt) {
    problems.push(`the deployment steps by ${dt} s; the pipeline by ${pipeline.dt} s`);
  }
  return problems;
}

/** Links that a pipeline runs on: two would configure each other's chips and hear each other's spikes. */
const occupied = new WeakSet<Link>();

/** Chunks that are handed to the schedule ahead of the board; the others wait as they came. */
const chunksAhead = 64;

/** Adds what the board has lost since the last call. */
function boardLosses(link: Link, losses: Losses): () => void {
  let before = { ...link.statistics };
  return () => {
    const now = { ...link.statistics };
    for (const reason of ['late', 'dropped', 'overflowed'] as const) {
      losses.add(reason, (now[reason] ?? 0) - (before[reason] ?? 0));
    }
    before = now;
  };
}

function startRun(
  link: Link,
  deployment: Deployment,
  config: ChipConfig,
  losses: Losses,
  observer: TargetObserver,
): TargetRun {
  const { lookAhead = 5e-3, clock = asyncScheduler } = config;
  const { dt, inputWords: words } = deployment;
  const space = chipWords(link.info.family);
  const collected = collector(deployment, losses);
  const countLosses = boardLosses(link, losses);
  const waiting: SpikeRaster[] = [];
  let schedule: FpgaSchedule | undefined;
  let ahead = 0;
  let begun = false;
  let ended = false;
  let stopped = false;
  let reached: number | undefined;

  const fail = (cause: unknown): void => {
    stop();
    observer.error(cause);
  };
  const completeIfDone = (): void => {
    if (!ended || ahead > 0 || waiting.length > 0 || stopped) return;
    stop();
    observer.complete();
  };
  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    occupied.delete(link);
    schedule?.stop();
    waiting.length = 0;
  };
  const submit = (input: SpikeRaster): void => {
    const output = collected.open(input);
    ahead++;
    // Time begins with the first chunk, not with the first event in it.
    if (!begun) schedule!.mark(input.startTime, () => {});
    begun = true;
    schedule!.add(routeEvents(rasterToEvents(input), words, space));
    schedule!.mark(chunkEnd(input), () => {
      collected.close();
      countLosses();
      ahead--;
      observer.next(output);
      submitWaiting();
      completeIfDone();
    });
  };
  const submitWaiting = (): void => {
    while (schedule !== undefined && !stopped && ahead < chunksAhead && waiting.length > 0) {
      submit(waiting.shift()!);
    }
  };
  const begin = (): void => {
    if (stopped) return;
    schedule = fpgaSchedule(link, {
      lookAhead,
      capacity: Number.POSITIVE_INFINITY,
      clock,
      grid: Math.round(dt * 1e6),
      output: (packet) => collected.take(packet),
      failed: fail,
    });
    submitWaiting();
  };
  // Configures first; what arrives meanwhile waits.
  const configured = async (): Promise<void> => {
    occupied.add(link);
    await link.configure(deployment.configuration);
    begin();
  };
  configured().catch(fail);
  return {
    push(input) {
      if (stopped) return;
      try {
        checkGrid(input, { channelsIn: words.length, dt });
        checkOrder(input, reached);
      } catch (cause) {
        fail(cause);
        return;
      }
      reached = chunkEnd(input);
      waiting.push(input);
      submitWaiting();
    },
    end() {
      ended = true;
      completeIfDone();
    },
    stop,
  };
}

/**
 * Makes a chip behind an open link a target: deploys the pipeline, configures the board, schedules
 * every input event at its own time, and gathers the output on the same time bins. A board without a
 * clock of its own runs as fast as it can. One pipeline at a time runs on a link; another errors with a
 * `DeviceError` of code `busy`. The link stays open; close it yourself or with `usingLink`.
 *
 * @throws InvalidArgumentError where `lookAhead` is negative or not finite
 * @example
 * ```ts
 * const link = await virtualBoard({ seed: 1 }).open();
 * const net = pipeline(linear({ weight: [[4]] }), dynapSim({ neurons: 1 }));
 * poisson({ channels: 1, rate: 50, duration: 0.1, seed: 0 }).pipe(runOn(chip(link), net));
 * ```
 */
export function chip(link: Link, config: ChipConfig = {}): ChipTarget {
  const { losses = lossCounter(), lookAhead = 5e-3 } = config;
  if (!(lookAhead >= 0 && Number.isFinite(lookAhead))) {
    throw new InvalidArgumentError('this target cannot be made', [
      `lookAhead is ${lookAhead} s; a finite number of at least 0 is needed`,
    ]);
  }
  let prepared: { readonly pipeline: Pipeline; readonly deployment: Deployment } | undefined;
  const deploymentOf = (pipeline: Pipeline): Deployment => {
    if (config.deployment !== undefined) return config.deployment;
    if (prepared?.pipeline !== pipeline) {
      prepared = { pipeline, deployment: deploy(pipeline, deployOptions(link, config)) };
    }
    return prepared.deployment;
  };
  return {
    name: 'chip',
    losses,
    unsupported(pipeline) {
      try {
        return deploymentProblems(deploymentOf(pipeline), pipeline);
      } catch (cause) {
        if (cause instanceof UnsupportedPipelineError) return cause.reasons;
        throw cause;
      }
    },
    start(pipeline, observer) {
      if (occupied.has(link)) {
        observer.error(
          new DeviceError(
            'busy',
            'another pipeline runs on this link; wait until it is done or open another board',
          ),
        );
        return { push: () => {}, end: () => {}, stop: () => {} };
      }
      return startRun(link, deploymentOf(pipeline), config, losses, observer);
    },
  };
}
