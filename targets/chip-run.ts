/** A run of the target `chip`: configures the board, hands inputs over in their turn, resets and changes it in between. */

import type { Clock } from '../src/clock.ts';
import type { Deployment } from '../src/compile/deployment.ts';
import { gate } from '../src/demand.ts';
import { type FpgaSchedule, fpgaSchedule } from '../src/devices/fpga-schedule.ts';
import { immediateSchedule } from '../src/devices/immediate-schedule.ts';
import type { Link } from '../src/devices/link.ts';
import type { ScheduleMode, SlipPolicy } from '../src/devices/schedule/stream-clock.ts';
import type { Losses } from '../src/events/losses.ts';
import { chipWords } from '../src/events/space.ts';
import { tickWidth } from '../src/events/ticks.ts';
import type {
  TargetInput,
  TargetObserver,
  TargetOutput,
  TargetRequest,
  TargetRun,
} from '../src/pipeline/target.ts';
import { queue } from '../src/queue.ts';
import type { ChipSignal } from './chip-gather.ts';
import { immediateHandover, windowHandover } from './chip-handover.ts';
import { chipIntake, type PacketItem, type RasterItem, startOf } from './chip-intake.ts';
import { boardLosses } from './chip-losses.ts';
import { updateWatch } from './chip-updates.ts';

/** What a run needs. */
export interface ChipRunConfig {
  readonly link: Link;
  readonly deployment: Deployment<unknown>;
  /** What comes out. */
  readonly signals: readonly ChipSignal[];
  readonly request: TargetRequest;
  readonly observer: TargetObserver;
  /** How long before its time an event is handed to the board, seconds. */
  readonly lookAhead: number;
  readonly policy: SlipPolicy;
  readonly mode: ScheduleMode;
  /** Is told of each slip, microseconds. */
  slipped(size: number): void;
  readonly clock: Clock;
  readonly losses: Losses;
  /** Is called once, when the link is free again. */
  done(): void;
}

/** Inputs that are handed to the schedule ahead of the board; the others wait as they came. */
const inputsAhead = 64;

/**
 * Time of the stream, microseconds, that sources that can wait are ahead of a board with a clock of its own, unless few inputs are longer: whoever
 * ends such a stream waits no longer for what is under way, and no host stalls for longer.
 */
const [longestAhead, fewInputs] = [500_000, 2];

/** What waits to be handed to the schedule. */
type Item =
  | RasterItem
  | PacketItem
  | { readonly kind: 'reset' }
  | { readonly kind: 'update'; readonly delta: unknown };

/** Starts a run; the board is configured first, and what arrives meanwhile waits. */
export function startChipRun(config: ChipRunConfig): TargetRun {
  const { link, deployment, signals, request, observer, lookAhead, clock, losses } = config;
  const { dt, inputWords, configuration } = deployment;
  const immediate = config.mode === 'immediate';
  // What has no time of its own is never late.
  const boardLost = boardLosses(link, losses, immediate ? ['dropped'] : ['late', 'dropped']);
  const hostClock = link.info.clock === 'host';
  const updates = updateWatch(link, (update) => observer.updated?.(update));
  const { startTime } = request;
  const intake = chipIntake({
    grid: { channelsIn: inputWords.length, dt },
    startTime,
    hostClock,
    packetsOnly: immediate,
    clock,
  });
  const waiting = queue<Item>();
  const demand = gate();
  let schedule: FpgaSchedule | undefined;
  let ahead = 0;
  /** Where what has been handed to the schedule ends; undefined until something has. */
  let submitted: number | undefined;
  /** Ends of what the board has not come to yet, oldest first. */
  const ends = queue<number>();
  /** Whether a board that stands still meanwhile is being changed. */
  let changing = false;
  /** Whether outputs are given, and whether inputs came of them. */
  let giving = false;
  let driven = false;
  let ended = false;
  let stopped = false;

  /** Gives an output; whoever answers it with an input waits for the board. */
  const give = (output: TargetOutput): void => {
    giving = true;
    try {
      observer.next(output);
    } finally {
      giving = false;
    }
  };
  const fail = (cause: unknown): void => {
    if (stopped) return;
    stop();
    try {
      observer.error(cause);
    } catch {
      // Whoever was told has failed too; what it throws now has nobody to go to.
    }
  };
  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    schedule?.stop();
    waiting.clear();
    ends.clear();
    handover.finish();
    config.done();
  };
  /** Lets sources that can wait go on while few inputs are ahead of the board. */
  const room = (): void => {
    const far = !hostClock && ahead > fewInputs && submitted! - ends.first! > longestAhead;
    const full = waiting.size > 0 || ahead >= inputsAhead || far;
    if (full) demand.set(false);
    else if (!demand.open && ahead <= inputsAhead / 2) demand.set(true);
  };
  const completeIfDone = (): void => {
    if (!ended || ahead > 0 || waiting.size > 0 || stopped) return;
    stop();
    observer.complete();
  };
  /** What is done once the board has come to the end of an input. */
  const reached = (work: () => void) => (): void => {
    boardLost.count();
    updates.look();
    ahead--;
    ends.shift();
    work();
    goOn();
  };
  const handover = (immediate ? immediateHandover : windowHandover)({
    signals,
    deployment,
    losses,
    request,
    space: chipWords(link.info.family),
    schedule: () => schedule!,
    give,
    reached,
    mark(end, work, arrived) {
      ahead++;
      submitted = end;
      ends.push(end);
      schedule!.mark(end, work, arrived);
    },
  });
  const change = async (delta: unknown): Promise<void> => {
    await link.update(delta);
    if (stopped) return;
    changing = false;
    updates.look();
    ahead--;
    goOn();
  };
  /** Changes the board once it has come to the end of what was handed over before. */
  const submitUpdate = (delta: unknown): void => {
    ahead++;
    const now = (): void => void change(delta).catch(fail);
    // A board without a clock stands there, and until it is changed.
    changing = hostClock;
    if (hostClock || submitted === undefined) now();
    else schedule!.mark(submitted, now);
  };
  const submitWaiting = (): void => {
    while (schedule !== undefined && !stopped && !changing && waiting.size > 0) {
      const next = waiting.first!;
      // What is due goes to the board, however much is on its way: a stall must not make the next one.
      if (next.kind === 'update') {
        if (hostClock && ahead > 0) return;
        waiting.shift();
        submitUpdate(next.delta);
        continue;
      }
      if (ahead >= inputsAhead && !(next.kind !== 'reset' && schedule.isDue(startOf(next)))) return;
      if (next.kind === 'reset') {
        // What was sent before must have come back before the board is put to rest.
        if (ahead > 0) return;
        waiting.shift();
        updates.look();
        schedule.stop();
        schedule = undefined;
        submitted = undefined;
        configured().catch(fail);
        return;
      }
      waiting.shift();
      handover.submit(next);
    }
  };
  const configured = async (): Promise<void> => {
    await link.configure(configuration);
    if (stopped) return;
    handover.rest();
    const heard = { clock, failed: fail, output: handover.take };
    schedule =
      immediate && !hostClock
        ? immediateSchedule(link, heard)
        : fpgaSchedule(link, {
            ...heard,
            lookAhead,
            policy: config.policy,
            slipped: config.slipped,
            waits: () => demand.asked || driven,
            capacity: Number.POSITIVE_INFINITY,
            grid: tickWidth(dt),
          });
    boardLost.begin(schedule);
    updates.begin(schedule);
    submitWaiting();
    completeIfDone();
  };
  /** Does what is possible by now. */
  const goOn = (): void => {
    submitWaiting();
    room();
    completeIfDone();
  };
  const guarded =
    <Given>(work: (given: Given) => void) =>
    (given: Given): void => {
      if (stopped) return;
      try {
        work(given);
        goOn();
      } catch (cause) {
        fail(cause);
      }
    };
  configured().catch(fail);
  return {
    demand,
    push: guarded((input: TargetInput) => {
      driven ||= giving;
      waiting.push(intake.take(input));
    }),
    reset: guarded<void>(() => waiting.push({ kind: 'reset' })),
    ...(typeof link.update === 'function' && {
      update: guarded((delta: unknown) => waiting.push({ kind: 'update', delta })),
    }),
    end: guarded<void>(() => {
      ended = true;
      const last = intake.finish();
      if (last !== undefined) waiting.push(last);
    }),
    stop,
  };
}
