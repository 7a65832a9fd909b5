/** A protocol that is carried out, step by step, whoever makes the steps. */
import { DataError } from '../../errors.ts';
import { binOf, binStart, binsBetween, startProblems } from '../../events/bins.ts';
import type { SpikeRaster } from '../../events/spike-raster.ts';
import { microseconds, stepsIn } from '../../events/ticks.ts';
import { type PhaseTurn, phaseTurns } from './order.ts';
import { type Listenable, listed, type Phase, type Protocol } from './plan.ts';
import { type StimulusGrid, startStimulus, type WorkingStimulus } from './stimuli.ts';
import { startTrigger, type WorkingTrigger } from './triggers.ts';

/** Where a protocol is. */
export type ProtocolState = 'ready' | 'running' | 'paused' | 'completed' | 'aborted';

/** How a protocol is carried out. */
export interface ConductPlan extends StimulusGrid {
  readonly seed: number;
  /** Writes a mark. */
  mark(label: string, time: number): void;
  /** Changes the chip; undefined if nobody can. */
  readonly update: ((delta: unknown) => unknown) | undefined;
  readonly keys$: Listenable<string> | undefined;
}

/** What a step is to a protocol: one of many, its last, or beyond its end. */
export type StepKind = 'on' | 'last' | 'over';

/** A protocol that is carried out. */
export interface Conductor {
  /** Adds to the input of a step, of which there are counts `[bins × channels]`. */
  step(step: number, time: number, counts: Uint32Array): StepKind;
  readonly state: ProtocolState;
  /** The phase that lasts; undefined before the first and after the last. */
  readonly phase: Phase | undefined;
  /** Which of all turns it is, from 0; -1 before the first. */
  readonly turn: number;
  /** Whether what the network gives can end the phase that lasts. */
  readonly listens: boolean;
  /** Takes what the network gave. */
  take(spikes: SpikeRaster): void;
  /** What phases did and have not come to the end of, or failed with since the last step; undefined if nothing is left of it. */
  settled(): Promise<void> | undefined;
  pause(): void;
  resume(): void;
  abort(reason?: string): void;
  /** Frees everything; a protocol that goes on is aborted. */
  stop(): void;
}

/** A phase at work. */
interface Working extends PhaseTurn {
  /** When it began; moves with every pause. */
  begin: number;
  readonly stimuli: WorkingStimulus[];
  readonly triggers: WorkingTrigger[];
}

/** Starts to carry out a protocol. Nothing happens before the first step. */
export function conduct({ items }: Protocol, plan: ConductPlan): Conductor {
  const { channels, dt, seed, mark, update, keys$ } = plan;
  const turns = phaseTurns(items, seed);
  let coming = turns.next();
  let state: ProtocolState = 'ready';
  let working: Working | undefined;
  let turn = -1;
  /** The newest time that is known: where the last step ended. */
  let reached = 0;
  let wish: 'pause' | 'resume' | undefined;
  let abortion: string | undefined;
  /** Start of the pause that lasts. */
  let pausedAt: number | undefined;
  let failed: { readonly cause: unknown } | undefined;
  /** What phases did, as far as it takes its time. */
  const underWay = new Set<Promise<unknown>>();

  /** Ends what a phase listens to, each part whatever became of the others. */
  const free = (): void => {
    const failures: { readonly cause: unknown }[] = [];
    for (const one of [...(working?.stimuli ?? []), ...(working?.triggers ?? [])]) {
      try {
        one.stop?.();
      } catch (cause) {
        failures.push({ cause });
      }
    }
    if (failures.length > 0) throw failures[0]!.cause;
  };
  const watch = (work: () => unknown): void => {
    const note = (cause: unknown): void => {
      failed ??= { cause };
    };
    // What it is done with may take its time; a failure of that is told at the next step, or at the end.
    try {
      const given = work();
      if (Object(given) !== given) return;
      const done = Promise.resolve(given)
        .catch(note)
        .finally(() => underWay.delete(done));
      underWay.add(done);
    } catch (cause) {
      note(cause);
      throw cause;
    }
  };
  const settle = async (): Promise<void> => {
    while (underWay.size > 0 && failed === undefined) await Promise.race(underWay);
    if (failed !== undefined) throw failed.cause;
  };
  const over = (how: 'completed' | 'aborted', label: string, time: number): void => {
    try {
      free();
    } finally {
      working = undefined;
      state = how;
      turns.return(undefined);
      mark(label, time);
    }
  };
  const begin = (time: number): void => {
    const { value } = coming;
    if (value === undefined) {
      over('completed', 'protocol completed', time);
      return;
    }
    coming = turns.next();
    const { phase, index } = value;
    turn = index;
    mark(`begin ${phase.name}`, time);
    if (phase.mark !== undefined) mark(phase.mark, time);
    const own: Working = { ...value, begin: time, stimuli: [], triggers: [] };
    working = own;
    /** Keeps what was started; whoever was listened to may have ended all meanwhile. */
    const keep = <One extends { stop?(): void }>(list: One[], one: One): void => {
      list.push(one);
      if (working !== own) one.stop?.();
    };
    for (const [i, one] of listed(phase.stimulus).entries()) {
      if (working === own) keep(own.stimuli, startStimulus(one, plan, [seed, index, i]));
    }
    for (const one of listed(phase.until)) {
      if (working === own) keep(own.triggers, startTrigger(one, keys$));
    }
    if (working !== own) return;
    if (phase.action !== undefined) watch(phase.action);
    // Whoever does something may have ended it.
    if (phase.update === undefined || !goesOn()) return;
    if (update === undefined) {
      throw new DataError(
        `the phase ${phase.name} changes the chip, and no update was given to do so`,
      );
    }
    mark('update', time);
    watch(() => update(phase.update));
  };
  const end = (time: number): void => {
    free();
    mark(`end ${working!.phase.name}`, time);
    working = undefined;
    begin(time);
  };
  /** When the phase ends by its duration. */
  const dueEnd = ({ begin: from, phase: { duration } }: Working): number =>
    duration === undefined ? Number.POSITIVE_INFINITY : after(from, duration, dt);
  /** Ends the phases whose time is over, or whose trigger has come. */
  const advance = (time: number): void => {
    while (working !== undefined) {
      if (working.triggers.some((one) => one.fired())) {
        mark(`trigger ${working.phase.name}`, time);
        end(time);
      } else if (dueEnd(working) <= time) end(dueEnd(working));
      else return;
    }
  };
  const pause = (time: number): void => {
    pausedAt = time;
    state = 'paused';
    mark('pause', time);
  };
  const resume = (time: number): void => {
    if (working !== undefined) working.begin = moved(working.begin, pausedAt!, time, dt);
    pausedAt = undefined;
    state = 'running';
    mark('resume', time);
  };
  /** Does what was wished for since the last step. */
  const obey = (time: number): void => {
    if (abortion !== undefined) {
      over('aborted', `protocol aborted${abortion === '' ? '' : `: ${abortion}`}`, time);
      return;
    }
    if (wish === 'pause' && state === 'running') pause(time);
    else if (wish === 'resume' && state === 'paused') resume(time);
    wish = undefined;
  };
  const goesOn = (): boolean => state === 'running' || state === 'paused';
  return {
    get state() {
      return state;
    },
    get phase() {
      return working?.phase;
    },
    get turn() {
      return turn;
    },
    get listens() {
      return working?.triggers.some(({ take }) => take !== undefined) ?? false;
    },
    step(step, time, counts) {
      if (failed !== undefined) throw failed.cause;
      const bins = counts.length / channels;
      if (!Number.isInteger(bins)) {
        throw new DataError(
          `a step has ${counts.length} counts; the protocol is for ${channels} channels`,
        );
      }
      reached = binStart(bins, dt, time);
      if (state === 'ready') {
        state = 'running';
        if (abortion === undefined) begin(time);
      }
      if (goesOn()) obey(time);
      for (let bin = 0; bin < bins; ) {
        const at = bin === 0 ? time : binStart(bin, dt, time);
        if (state === 'running') advance(at);
        if (!goesOn()) return bin === 0 ? 'over' : 'last';
        if (state === 'paused' || working === undefined) return 'on';
        // A step may hold the end of a phase, and whole phases.
        const due = dueEnd(working);
        const next = due < reached ? binOf(due - 1, time, dt) + 1 : bins;
        const moment = { step, time: at, since: at - working.begin, bins: next - bin };
        const own = counts.subarray(bin * channels, next * channels);
        for (const one of working.stimuli) one.add(own, moment);
        bin = next;
      }
      if (working === undefined || coming.value !== undefined || dueEnd(working) > reached) {
        return 'on';
      }
      end(dueEnd(working));
      return 'last';
    },
    take(spikes) {
      if (state !== 'running' || working === undefined) return;
      const own = since(spikes, working.begin);
      for (const one of working.triggers) one.take?.(own);
    },
    settled: () => (underWay.size === 0 && failed === undefined ? undefined : settle()),
    pause() {
      wish = 'pause';
    },
    resume() {
      wish = wish === 'pause' && state !== 'paused' ? undefined : 'resume';
    },
    abort(reason = '') {
      abortion ??= reason;
    },
    stop() {
      if (state === 'ready') state = 'aborted';
      else if (goesOn()) over('aborted', 'protocol aborted: it was left', reached);
    },
  };
}

/** The time so many seconds after another: n·dt are n steps, also where steps are no whole number of microseconds. */
function after(time: number, seconds: number, dt: number): number {
  const steps = stepsIn(seconds, dt);
  const whole = steps > 0 && Math.abs(seconds - steps * dt) <= 1e-9 * seconds;
  return whole && startProblems(time, dt).length === 0
    ? binStart(steps, dt, time)
    : time + microseconds(seconds);
}

/** A time moved by a pause, which lasted whole steps. */
function moved(time: number, from: number, to: number, dt: number): number {
  return startProblems(time, dt).length === 0
    ? binStart(binsBetween(from, to, dt), dt, time)
    : time + to - from;
}

/** What of a raster lies at or after a time. */
function since(spikes: SpikeRaster, time: number): SpikeRaster {
  const { startTime, dt, steps, channels, counts } = spikes;
  if (startTime >= time) return spikes;
  const first = Math.min(steps, binOf(time - 1, startTime, dt) + 1);
  const rest = counts.subarray(first * channels);
  return {
    ...spikes,
    steps: steps - first,
    startTime: binStart(first, dt, startTime),
    counts: rest,
  };
}
