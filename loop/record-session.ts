/** A closed loop that is recorded as a session. */
import { DataError, DeviceError } from '../src/errors.ts';
import type { StreamItem } from '../src/events/series.ts';
import type { LoopDescription, LoopEnd, LoopSession, LoopStep } from '../src/loop/step.ts';
import { readOnce, refuse } from '../src/options.ts';
import { endOf, type SessionEnd } from '../src/sessions/manifest.ts';
import { rowStream } from '../src/sessions/rows.ts';
import { openSessionWriter, type SessionWriter } from '../src/sessions/session-writer.ts';
import { updateMark } from '../src/sessions/updates.ts';
import { type Session, sessionOf } from './session.ts';
import { planOf, type SessionConfig, sessionProblems, sessionTable } from './session-config.ts';

/** A session of a closed loop: what `closeLoop` takes as `session`. */
export interface LoopRecorder extends LoopSession {
  /** Writes a mark; before the loop begins and after it has ended there is nothing to write it to, and it throws. */
  mark(label: string, time?: number): void;
  /** The session, while the loop goes on. */
  readonly session: Session | undefined;
}

/** Why a loop's session ended. */
function endingOf({ reason, cause }: LoopEnd): SessionEnd {
  if (reason === 'error') return endOf(cause);
  if (reason === 'unsubscribed') return { how: 'unsubscribed' };
  return { how: 'completed', message: reason };
}

/**
 * Records a closed loop: opens a session when the loop begins, writes each step, and ends the session with the loop,
 * saying why it ended. Its streams are `input` and `output` (spikes), the recorded signals by name, `observation`,
 * `action`, `state` of the environment, `latency` (µs, in real time), and `marks`, such as a protocol's. Observations,
 * actions and states that are no number or list of numbers are kept as JSON, in a stream of marks. `replay` runs the
 * network again from what went in.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[9]] }), lif({ neurons: 1, dt: 1e-3, tauMem: 5e-3 }));
 * const place = { at: 0, reset: () => (place.at = 1), step: (by: number) => ({ observation: (place.at += by) }) };
 * const loop$ = closeLoop({
 *   target: simulator(),
 *   net,
 *   environment: place,
 *   encode: (off) => [Number(off > 0)],
 *   decode: ({ counts }) => -0.1 * counts[0]!,
 *   steps: 100,
 *   session: recordSession('runs/place', { seed: 3 }),
 * });
 * typeof loop$.subscribe; // 'function'
 * ```
 */
export function recordSession(folder: string, config: SessionConfig = {}): LoopRecorder {
  config = readOnce(config, sessionTable);
  refuse('no session can be opened', () => sessionProblems(folder, config));
  let writer: SessionWriter | undefined;
  let session: Session | undefined;
  let step: ((step: LoopStep<unknown, unknown>, state: unknown) => void) | undefined;
  /** Stream of changes of the chip. */
  let updates: string | undefined;
  return {
    get session() {
      return session;
    },
    begin(loop) {
      if (writer !== undefined) {
        const what = 'this session records another loop; wait until it has ended, or make another';
        throw new DeviceError('busy', what);
      }
      const { seed = loop.seed, config: own, ...rest } = config;
      const plan = planOf({ ...rest, seed, config: configOf(loop, own) });
      const opened = openSessionWriter(folder, plan);
      try {
        updates = opened.names.reserve('updates');
        step = recorder(opened, loop, updates);
      } catch (cause) {
        abandon(opened, cause);
        throw cause;
      }
      writer = opened;
      session = sessionOf(opened);
    },
    step: (one, state) => step!(one, state),
    updated: (update) => writer?.write(updates!, updateMark(update)),
    mark(label, time) {
      if (writer === undefined) throw new DataError('no loop is running that could have this mark');
      writer.mark(label, time);
    },
    end(end) {
      if (writer === undefined) return;
      const ended = writer;
      writer = undefined;
      session = undefined;
      for (const [reason, count] of Object.entries(end.losses))
        ended.lose(`loop: ${reason}`, count);
      ended.note('steps', end.made);
      ended.end(endingOf(end));
    },
  };
}

/** Ends a session that nothing can be recorded in. */
function abandon(opened: SessionWriter, cause: unknown): void {
  try {
    opened.end(endOf(cause));
  } catch {
    // What failed first is told.
  }
}

/** What is known of a loop, as plain values. */
function configOf(loop: LoopDescription, own: object = {}): Readonly<Record<string, unknown>> {
  const { dt, steps = null, limits = null, policy = 'virtual time', onStop = null } = loop;
  const action = ArrayBuffer.isView(onStop) ? Array.from(onStop as Float64Array) : onStop;
  return { ...own, loop: { dt, steps, limits, policy, onStop: action } };
}

/** Writes steps to their streams. */
function recorder(writer: SessionWriter, loop: LoopDescription, updates: string) {
  const { net, target, record } = loop;
  const names = record.filter((name) => name !== net.output);
  const input = writer.names.reserve('input');
  const output = writer.names.reserve('output');
  const others = names.map((name) => writer.names.reserve(name));
  const outputs = Object.fromEntries([
    [net.output, output],
    ...names.map((name, i) => [name, others[i]!] as const),
  ]);
  const resets = writer.names.reserve('resets');
  const named = record.length > 0;
  writer.run({ pipeline: net, target, input, outputs, resets, updates, named });
  const rows = ['observation', 'action', 'state', 'latency'].map((name) =>
    rowStream(writer, writer.names.reserve(name)),
  );
  return (step: LoopStep<unknown, unknown>, state: unknown): void => {
    const { time, observation, action, latency, recorded } = step;
    writer.write(input, step.input);
    writer.write(output, step.spikes);
    for (const [i, name] of names.entries()) writer.write(others[i]!, recorded[name] as StreamItem);
    rows[0]!(time, observation);
    rows[1]!(time, action);
    if (state !== undefined) rows[2]!(time, state);
    if (loop.policy !== undefined) rows[3]!(time, latency);
  };
}
