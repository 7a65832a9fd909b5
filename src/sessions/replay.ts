/** A recorded run, run again from what went into it, and held against what came out of it then. */
import type { Demand } from '../demand.ts';
import { DataError, InvalidArgumentError, UnsupportedPipelineError } from '../errors.ts';
import { itemUntil, partItem } from '../events/items.ts';
import type { Marks, StreamItem } from '../events/series.ts';
import type { Recorded, Target, TargetInput } from '../pipeline/target.ts';
import { printable } from '../printable.ts';
import { fault } from '../problems.ts';
import { type SignalComparison, type SignalDistance, signalComparison } from './comparison.ts';
import type { RecordedRun, RecordedSession } from './recorded-session.ts';
import { ownStreams } from './stream-names.ts';
import { readUpdates } from './updates.ts';

/** How a run is replayed. */
export interface ReplayPlan {
  readonly target: Target;
  readonly run: RecordedRun;
  /** How far two spikes of a pair may be apart, whole microseconds. */
  readonly within: number;
}

/** How far a replay has come, and how far it is from what was recorded. */
export interface ReplayReport {
  /** Name of the target it runs on. */
  readonly target: string;
  /** Name of the target that was recorded. */
  readonly recordedOn: string;
  /** Rasters or packets that went in so far. */
  readonly inputs: number;
  /** Time of the stream that they reached, whole microseconds. */
  readonly time: number;
  /** Whether this is the last report. */
  readonly done: boolean;
  /** Whether the recorded run did not come to its end, or its recording is cut off: then what came now beyond it is left out. */
  readonly cutOff: boolean;
  /** Changes of the chip in mid-run that were recorded so far, as protocols make them. */
  readonly changes: number;
  /** How many of them were repeated: all, unless the target is no chip, or the session is of a time when changes were marked and not recorded. */
  readonly repeated: number;
  /** Whether everything is the same to the last bit. */
  readonly identical: boolean;
  /** Largest distance of a signal of spikes, from 0 to 1. */
  readonly distance: number;
  /** How far two spikes of a pair may be apart, seconds. */
  readonly within: number;
  /** Signals by name. */
  readonly signals: Readonly<Record<string, SignalDistance>>;
}

/** Inputs between two reports. */
const reportEvery = 256;

/** The recorded output of a signal, read as far as it is needed. */
function pullOf(session: RecordedSession, stream: string, comparison: SignalComparison) {
  const items = session.recording.items({ streams: [stream] });
  let said = Number.NEGATIVE_INFINITY;
  let over = false;
  return async (to: number): Promise<void> => {
    while (!over && said < to) {
      const { done = false, value } = await items.next();
      over = done;
      if (value === undefined) continue;
      const item = value.item as StreamItem;
      said = Math.max(said, itemUntil(item));
      comparison.recorded(item);
    }
  };
}

/** Times of the marks of a stream that have a label, oldest first. */
async function timesOf(
  { recording }: RecordedSession,
  stream: string,
  label: string,
): Promise<number[]> {
  if (!recording.streams.has(stream)) return [];
  const times: number[] = [];
  for await (const { item } of recording.items({ streams: [stream] })) {
    const { timestamps, labels } = item as Marks;
    times.push(...timestamps.filter((_, i) => labels[i] === label));
  }
  return times;
}

/** Starts the run; gives it, with a promise of its end. */
function start({ target, run }: ReplayPlan, comparisons: ReadonlyMap<string, SignalComparison>) {
  const { pipeline, named, outputs, startTime } = run;
  const request = {
    ...(named && { record: Object.keys(outputs) }),
    ...(startTime !== undefined && { startTime }),
  };
  const problems = target.unsupported(pipeline, request);
  if (problems.length > 0) throw new UnsupportedPipelineError(target.name, problems);
  const told = { complete: (): void => {}, error: (_cause: unknown): void => {} };
  const ended = new Promise<void>((resolve, reject) => {
    told.complete = resolve;
    told.error = reject;
  });
  // It is awaited at the end; until then nobody is.
  ended.catch(() => {});
  // What a target throws is thrown here: nothing runs then that could be stopped.
  const running = target.start(
    pipeline,
    {
      next(output) {
        const signals = named ? (output as Recorded) : { [pipeline.output]: output as TargetInput };
        for (const [name, comparison] of comparisons) comparison.replayed(signals[name]!);
      },
      error: (cause) => told.error(cause),
      complete: () => told.complete(),
    },
    request,
  );
  return { running, ended };
}

/**
 * Runs again what was recorded, and gives reports, the last of which is of all. Stops the target when it is left.
 *
 * @throws InvalidArgumentError if what went in was not recorded
 * @throws DataError if nothing of it can be read, or what was changed cannot
 * @throws UnsupportedPipelineError with everything that the target cannot do
 */
export async function* replayRun(
  session: RecordedSession,
  plan: ReplayPlan,
): AsyncGenerator<ReplayReport, void> {
  const { target, run, within } = plan;
  const { recording } = session;
  if (!recording.streams.has(run.input)) {
    const needed = `nothing went into this run, or ${run.input} was not recorded`;
    throw new InvalidArgumentError('nothing can be replayed', [fault('input', 'missing', needed)]);
  }
  const comparisons = new Map(
    Object.keys(run.outputs).map((name) => [name, signalComparison(within)]),
  );
  const pulls = Object.entries(run.outputs)
    .filter(([, stream]) => recording.streams.has(stream))
    .map(([name, stream]) => pullOf(session, stream, comparisons.get(name)!));
  const pull = async (to: number): Promise<void> => {
    for (const each of pulls) await each(to);
  };
  const resets = await timesOf(session, run.resets, 'reset');
  const updates = await readUpdates(session, run.updates);
  const changes =
    run.updates === undefined
      ? await timesOf(session, ownStreams.marks, 'update')
      : updates.map((update) => update.time);
  const cutOff = session.manifest?.ended?.how !== 'completed' || !recording.indexed;
  let [inputs, time] = [0, Number.NEGATIVE_INFINITY];
  /** How often the run has been brought to rest, and changed. */
  let [made, repeated] = [0, 0];
  const report = (done: boolean): ReplayReport => {
    const distances = [...comparisons].map(
      ([name, one]) => [name, done ? one.total(cutOff) : one.sofar()] as const,
    );
    return {
      target: target.name,
      recordedOn: run.target,
      inputs,
      time,
      done,
      cutOff,
      changes: done ? changes.length : changes.filter((at) => at <= time).length,
      repeated,
      identical: distances.every(([, { identical }]) => identical),
      distance: distances.reduce(
        (most, [, one]) => ('distance' in one ? Math.max(most, one.distance) : most),
        0,
      ),
      within: within / 1e6,
      signals: Object.fromEntries(distances),
    };
  };
  const { running, ended } = start(plan, comparisons);
  if (running.update === undefined) updates.length = 0;
  const push = async (input: TargetInput): Promise<void> => {
    const { demand } = running;
    if (demand?.open === false) await Promise.race([roomIn(demand), ended]);
    running.push(input);
    time = Math.max(time, itemUntil(input));
  };
  /** The next change, unless the run is brought to rest before it. */
  const nextUpdate = () =>
    updates[0] !== undefined && updates[0].resets <= made ? updates[0] : undefined;
  const repeat = (): void => {
    repeated++;
    running.update!(updates.shift()!.delta);
  };
  /** Pushes an input, and changes the chip where it was changed. */
  const pushChanging = async (input: TargetInput): Promise<void> => {
    let rest: TargetInput | undefined = input;
    for (let next = nextUpdate(); rest !== undefined && next !== undefined; next = nextUpdate()) {
      if (next.time >= itemUntil(rest)) break;
      if (next.time > time) {
        const { before, after }: { before?: TargetInput; after?: TargetInput } = partItem(
          rest,
          next.time,
        );
        if (before !== undefined) await push(before);
        rest = after;
      }
      repeat();
    }
    if (rest !== undefined) await push(rest);
  };
  /** Does what was done up to a time between two inputs. */
  const catchUp = (to: number): void => {
    for (;;) {
      if ((nextUpdate()?.time ?? Number.POSITIVE_INFINITY) <= to) repeat();
      else if (resets.length > 0 && resets[0]! <= to) {
        // What was changed before it was brought to rest is undone by that.
        while (nextUpdate() !== undefined) repeat();
        resets.shift();
        running.reset();
        made++;
      } else return;
    }
  };
  try {
    for await (const { item } of recording.items({ streams: [run.input] })) {
      await pushChanging(item as TargetInput);
      inputs++;
      catchUp(time);
      await pull(time);
      if (inputs % reportEvery === 0) yield report(false);
    }
    if (inputs === 0) {
      throw new DataError(
        `nothing of ${printable(run.input)} can be read, so that nothing was compared: the recording is cut off or damaged`,
      );
    }
    while (nextUpdate() !== undefined) repeat();
    running.end();
    await ended;
    await pull(Number.POSITIVE_INFINITY);
    yield report(true);
  } finally {
    running.stop();
  }
}

/** Waits until there is room. */
function roomIn(demand: Demand): Promise<void> {
  return new Promise((resolve) => {
    demand.whenOpen(resolve);
  });
}
