/** A target of which all that goes in and comes out is written to a session. */
import type { RecordedClock } from '../codecs/recording/streams.ts';
import { itemUntil } from '../events/items.ts';
import type { Losses } from '../events/losses.ts';
import { marks, type StreamItem } from '../events/series.ts';
import { outputSignals } from '../pipeline/signals.ts';
import type {
  Recorded,
  Target,
  TargetObserver,
  TargetOutput,
  TargetRun,
} from '../pipeline/target.ts';
import type { SessionWriter } from './session-writer.ts';
import { updateMark } from './updates.ts';

/** How a target is recorded. */
export interface RecordTargetOptions {
  /** Name of the stream of what goes in; `input` if left out. */
  readonly input?: string;
  /** Clock of what comes out; that of the stream, in microseconds, if left out. */
  readonly clock?: RecordedClock;
}

/** The losses of a target that counts them. */
function lossesOf(target: Target): Losses | undefined {
  const { losses } = target as Target & { readonly losses?: Partial<Losses> };
  return typeof losses?.watch === 'function' ? (losses as Losses) : undefined;
}

/**
 * Makes a target that does what another does, and writes its runs to a session: what goes in, when it was brought to
 * rest, what comes out, what was lost. A second run has streams of its own, `input 2` and so on.
 */
export function recordingTarget<T extends Target>(
  target: T,
  writer: SessionWriter,
  { input = 'input', clock }: RecordTargetOptions = {},
): T {
  const start: Target['start'] = (pipeline, observer, request = {}) => {
    const signals = outputSignals(pipeline, request).map(({ name }) => name);
    const named = request.record !== undefined;
    const { startTime } = request;
    const entry = writer.names.reserve(input);
    const resets = writer.names.reserve('resets');
    const updates = writer.names.reserve('updates');
    const streams = signals.map((name) => writer.names.reserve(named ? name : 'output'));
    const losses = lossesOf(target);
    let unwatch = (): void => {};
    let run: TargetRun | undefined;
    let over = false;
    let said = startTime ?? 0;
    const stop = (): void => {
      over = true;
      unwatch();
      run?.stop();
    };
    /** Does something that writes; what cannot be written ends the run. */
    const attempt = (work: () => void): void => {
      if (over) return;
      try {
        work();
      } catch (cause) {
        stop();
        observer.error(cause);
      }
    };
    const note = (output: TargetOutput): void => {
      for (const [i, name] of signals.entries()) {
        const part = named ? (output as Recorded)[name] : output;
        writer.write(streams[i]!, part as StreamItem, clock);
      }
      observer.next(output);
    };
    const ending = (tell: () => void): void => {
      if (over) return;
      over = true;
      unwatch();
      tell();
    };
    attempt(() => {
      const outputs = Object.fromEntries(signals.map((name, i) => [name, streams[i]!]));
      const when = startTime === undefined ? {} : { startTime };
      const about = {
        pipeline,
        target: target.name,
        input: entry,
        outputs,
        resets,
        updates,
        named,
      };
      writer.run({ ...about, ...when });
      const uncount = losses === undefined ? undefined : writer.watch(target.name, losses);
      const forget = writer.onFailure((cause) => {
        if (over) return;
        stop();
        observer.error(cause);
      });
      unwatch = () => {
        uncount?.();
        forget();
      };
      const watched: TargetObserver = {
        next: (output) => attempt(() => note(output)),
        updated: (update) =>
          attempt(() => {
            writer.write(updates, updateMark(update));
            observer.updated?.(update);
          }),
        error: (cause) => ending(() => observer.error(cause)),
        complete: () => ending(() => observer.complete()),
      };
      run = target.start(pipeline, watched, request);
    });
    const demand = run?.demand;
    const push = (item: Parameters<TargetRun['push']>[0], how: 'push' | 'pushPart'): boolean => {
      let isUnfinished: unknown = false;
      attempt(() => {
        writer.write(entry, item);
        said = itemUntil(item);
        isUnfinished = run?.[how]?.(item);
      });
      return isUnfinished === true && !over;
    };
    return {
      ...(demand !== undefined && { demand }),
      ...(run?.update !== undefined && {
        update: (delta: unknown) => attempt(() => run?.update?.(delta)),
      }),
      push: (item) => void push(item, 'push'),
      ...(run?.pushPart !== undefined && {
        pushPart: (item) => push(item, 'pushPart'),
        goOn: () => run?.goOn?.() === true && !over,
      }),
      reset: () =>
        attempt(() => {
          writer.write(resets, marks([said], ['reset']));
          run?.reset();
        }),
      end: () => run?.end(),
      stop,
    };
  };
  return Object.create(target, { start: { value: start, enumerable: true } }) as T;
}
