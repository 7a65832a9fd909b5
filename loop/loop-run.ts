/** A closed loop that runs: observation, network, action, and the environment again. */
import type { Clock } from '../src/clock.ts';
import type { Demand } from '../src/demand.ts';
import { DataError } from '../src/errors.ts';
import { binStart } from '../src/events/bins.ts';
import type { Losses } from '../src/events/losses.ts';
import type { SpikeRaster } from '../src/events/spike-raster.ts';
import { guarding } from '../src/guard.ts';
import {
  type Decode,
  decoderOf,
  type Encode,
  encoderOf,
  type StepGrid,
} from '../src/loop/coding.ts';
import type { Environment } from '../src/loop/environment.ts';
import { type Answer, type Exchange, startExchange } from '../src/loop/exchange.ts';
import { type ActionLimits, actionBounds } from '../src/loop/limits.ts';
import { onceSettled } from '../src/loop/settled.ts';
import type {
  LoopDescription,
  LoopEnd,
  LoopSession,
  LoopStep,
  LoopStimulus,
} from '../src/loop/step.ts';
import { type LagPolicy, startTicker } from '../src/loop/ticker.ts';
import type { Target } from '../src/pipeline/target.ts';
import { queue } from '../src/queue.ts';
import { fellBehind, type KeptTime } from './real-time.ts';
import { type EnvironmentStreams, isStreams, worldOf } from './world.ts';

/** What a loop is made of, checked. */
export interface LoopSetup<O, A> {
  readonly target: Target;
  readonly environment: Environment<O, A> | EnvironmentStreams<O, A>;
  readonly encode: Encode<O>;
  readonly decode: Decode<O, A>;
  readonly grid: StepGrid;
  readonly description: LoopDescription;
  readonly limits: ActionLimits | undefined;
  /** The last action, if there is one. */
  readonly onStop: { readonly action: A } | undefined;
  /** What gives the steps their time; undefined in virtual time. */
  readonly realTime: KeptTime | undefined;
  readonly session: LoopSession | undefined;
  readonly stimulus: LoopStimulus | undefined;
  readonly losses: Losses;
  /** Clock by which a loop in virtual time lets others have their turn. */
  readonly turns: Clock;
}

/** Whoever listens. */
export interface LoopUser<O, A> {
  next(step: LoopStep<O, A>): void;
  error(cause: unknown): void;
  complete(): void;
  /** Whether it has left: in the middle of a step, nobody else says so. */
  readonly closed: boolean;
  /** What it can take by now; undefined if nobody can say. */
  readonly demand: Demand | undefined;
}

/** A step that has no answer yet. */
interface OpenStep<O> {
  readonly step: number;
  readonly time: number;
  readonly observation: O;
  readonly input: SpikeRaster;
  readonly done: boolean;
  readonly state: unknown;
  /** Host time at which its input was handed over, milliseconds. */
  readonly handed: number;
}

/** Steps without an answer at most: a target that does not answer is given no more. */
const mostOpen = 64;

/** How long a loop in virtual time keeps others waiting, milliseconds; looked at every so many steps. */
const longestTurn = 8;
const stepsBetweenLooks = 16;

/**
 * Starts a loop; ends it when the returned function is called.
 */
export function startLoop<O, A>(setup: LoopSetup<O, A>, user: LoopUser<O, A>): () => void {
  const { description, grid, losses, realTime, session, stimulus, onStop, turns } = setup;
  const { net, dt, seed, steps = Number.POSITIVE_INFINITY, record } = description;
  const { bins, width, channelsIn } = grid;
  const encode = encoderOf(setup.encode, grid);
  const decode = decoderOf(setup.decode, grid);
  const bounded = actionBounds<A>(setup.limits, losses);
  const open = queue<OpenStep<O>>();
  let exchange: Exchange | undefined;
  let ready = false;
  /** Whether the session, the stimulus and the environment have begun, so that they are told of the end. */
  let recorded = false;
  let stimulated = false;
  let begun = false;
  let over = false;
  let action: A | undefined;
  let made = 0;
  /** Number of the next step, and of the step up to which time has passed in the environment. */
  let next = 0;
  let passed = 0;
  /** Why no more steps begin, once that is so. */
  let last: LoopEnd['reason'] | undefined;
  let stopTicks = (): void => {};
  let stopWaiting = (): void => {};
  let pumping = false;

  /** Does all that an end needs, each part whatever became of the others; gives what failed first. */
  const finish = (reason: LoopEnd['reason'], cause?: unknown): readonly unknown[] => {
    over = true;
    const failures: unknown[] = reason === 'error' ? [cause] : [];
    const attempt = (work: () => void): void => {
      try {
        work();
      } catch (thrown) {
        failures.push(thrown);
      }
    };
    attempt(stopTicks);
    attempt(stopWaiting);
    if (begun && onStop !== undefined) attempt(() => world.halt(onStop.action, dt));
    if (begun) attempt(world.close);
    attempt(() => exchange?.stop());
    if (stimulated) attempt(() => stimulus?.end?.());
    const failed = failures.length > 0;
    const end: LoopEnd = {
      reason: failed ? 'error' : reason,
      ...(failed ? { cause: failures[0] } : {}),
      made,
      losses: { ...losses.byReason },
    };
    if (recorded) attempt(() => session?.end(end));
    open.clear();
    return failures;
  };
  const end = (reason: LoopEnd['reason'], cause?: unknown): void => {
    if (over) return;
    const failures = finish(reason, cause);
    if (failures.length > 0) user.error(failures[0]);
    else user.complete();
  };
  /** Ends once all that the stimulus has begun is done. */
  const endSettled = (reason: LoopEnd['reason']): void =>
    onceSettled(
      stimulus?.settled?.(),
      () => end(reason),
      (cause) => end('error', cause),
    );
  /** What failed when the user left. */
  let leftBehind: readonly unknown[] = [];
  const leave = (): void => {
    if (!over) leftBehind = finish('unsubscribed');
  };
  /** Whether all is over, since the user may have left in the middle of a step, or before the loop could be told. */
  const left = (): boolean => {
    if (user.closed) leave();
    return over;
  };
  const guard = guarding(
    () => over,
    (cause) => end('error', cause),
  );
  const world = worldOf(setup.environment, {
    losses,
    realTime: realTime !== undefined,
    news: () => guard(heardNews),
    failed(cause) {
      // What the last action or closing comes to later, nobody can be told.
      if (over) losses.add('failedLate', 1);
      else end('error', cause);
    },
  });

  /** Begins a step, if there is something to be seen. */
  const begin = (step: number): void => {
    const seconds = (step - passed) * dt;
    if (step > 0 || isStreams(setup.environment)) {
      // Whoever leaves meanwhile has ended all.
      if (!world.advance(action, seconds) || left()) return;
    }
    if (action !== undefined || step === 0) passed = step;
    const { observation, done } = world;
    const time = binStart(step * bins, width);
    const counts = encode(observation, { step, time, observation });
    if (left()) return;
    const goesOn = stimulus?.before(step, time, counts) ?? true;
    if (left()) return;
    const input = { steps: bins, channels: channelsIn, dt: width, startTime: time, counts };
    const state = session === undefined ? undefined : world.state();
    const handed = realTime === undefined ? 0 : realTime.clock.now();
    open.push({ step, time, observation, input, done, state, handed });
    next = step + 1;
    if (done) last = 'done';
    else if (next >= steps || !goesOn) last = 'steps';
    exchange!.push(input);
  };
  /** Ends a step with what came back for it. */
  const answered = ({ spikes, recorded, together }: Answer): void => {
    const came = realTime === undefined ? 0 : realTime.clock.now();
    const oldest = open.shift();
    if (oldest === undefined) throw new DataError('the target answered what it was not asked');
    const { step, time, observation, input, done, state, handed } = oldest;
    const latency = (came - handed) * 1000;
    if (together) losses.add('together', 1);
    action = bounded(decode(spikes, { step, time, observation, recorded }));
    // No action follows the last one.
    if (left()) return;
    if (!done) world.act(action);
    if (left()) return;
    made++;
    const whole = { step, time, observation, action, input, spikes, recorded, latency, done };
    session?.step(whole, state);
    stimulus?.after?.(whole);
    if (left()) return;
    user.next(whole);
    if (left()) return;
    if (open.size === 0 && last !== undefined) endSettled(last);
    else if (realTime === undefined) pump();
  };

  /** Runs steps in virtual time, as long as nothing has to be waited for. */
  const pump = (): void => {
    if (pumping || !ready || realTime !== undefined) return;
    pumping = true;
    try {
      const until = turns.now() + longestTurn;
      for (let count = 1; !over && last === undefined && open.size === 0; count++) {
        const demand = closed(user.demand) ?? closed(session?.demand);
        if (demand !== undefined) {
          stopWaiting = demand.whenOpen(() => guard(pump));
          return;
        }
        if (count % stepsBetweenLooks === 0 && turns.now() > until) {
          const turn = turns.schedule(() => guard(pump), 0);
          stopWaiting = () => turn.unsubscribe();
          return;
        }
        const before = next;
        begin(before);
        if (next === before) {
          if (world.over) last = 'done';
          break;
        }
      }
    } finally {
      pumping = false;
    }
    if (last !== undefined && open.size === 0) endSettled(last);
  };
  /** Begins the step of a tick in real time. */
  const tick = (step: number, policy: LagPolicy, behind: number): void => {
    // Steps that were not to come are not missed.
    if (policy === 'skip') losses.add('missed', Math.min(behind, steps - (step - behind)));
    else if (behind > 0) losses.add('late', 1);
    if (step >= steps) last = 'steps';
    else if (open.size < mostOpen) begin(step);
    else losses.add('stalled', 1);
    if (last !== undefined) stopTicks();
    if (last !== undefined && open.size === 0) endSettled(last);
  };
  const heardNews = (): void => {
    if (realTime === undefined) pump();
    else if (world.over && ready) {
      last = 'done';
      stopTicks();
      if (open.size === 0) endSettled(last);
    }
  };
  const start = (): void => {
    if (realTime === undefined) {
      pump();
      return;
    }
    // A sensor may have come to its end while the target was made ready.
    heardNews();
    if (over || last !== undefined) return;
    realTime.collector?.settle();
    const ticking = startTicker(
      { dt, ...realTime },
      {
        tick: (step, _, behind) => guard(tick, step, realTime.policy, behind),
        fell: (step, behind) => end('error', fellBehind(step, behind)),
      },
    );
    stopTicks = ticking;
  };
  guard(() => {
    session?.begin(description);
    recorded = true;
    stimulus?.begin?.();
    stimulated = true;
    begun = true;
    world.begin(seed);
    if (left()) return;
    exchange = startExchange(
      { target: setup.target, net, record, realTime: realTime !== undefined },
      {
        ready() {
          ready = true;
          if (exchange !== undefined) guard(start);
        },
        answer: (answer) => guard(answered, answer),
        updated: (update) => guard(() => session?.updated?.(update)),
        failed: (cause) => end('error', cause),
      },
    );
    // What was over before it was there is stopped now.
    if (over) exchange.stop();
    else if (ready) start();
  });
  return () => {
    leave();
    if (leftBehind.length > 0) throw leftBehind[0];
  };
}

/** A demand that is closed; undefined if it is open, or there is none. */
function closed(demand: Demand | undefined): Demand | undefined {
  return demand?.open === false ? demand : undefined;
}
