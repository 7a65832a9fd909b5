/** A closed loop as a stream of its steps. */
import { Observable } from 'rxjs';
import { systemClock } from '../src/clock.ts';
import { demandOfSubscriber } from '../src/demand.ts';
import {
  DataError,
  DeviceError,
  InvalidArgumentError,
  UnsupportedPipelineError,
} from '../src/errors.ts';
import { type Losses, lossCounter, lossesCheck } from '../src/events/losses.ts';
import { type Decode, type Encode, hasRows } from '../src/loop/coding.ts';
import type { Environment } from '../src/loop/environment.ts';
import { requestOf } from '../src/loop/exchange.ts';
import { type ActionLimits, actionProblems, limitProblems } from '../src/loop/limits.ts';
import type { LoopDescription, LoopSession, LoopStep, LoopStimulus } from '../src/loop/step.ts';
import {
  anything,
  callback,
  isObject,
  keeping,
  number,
  type OptionTable,
  optionProblems,
  options,
  readable,
  readOnce,
  seedCheck,
} from '../src/options.ts';
import { pipelineProblems } from '../src/pipeline/guard.ts';
import type { Pipeline } from '../src/pipeline/pipeline.ts';
import { recordProblems } from '../src/pipeline/record.ts';
import type { Target } from '../src/pipeline/target.ts';
import { targetCheck } from '../src/pipeline/target.ts';
import { fault, type Problem, problem, within } from '../src/problems.ts';
import { type LoopSetup, type LoopUser, startLoop } from './loop-run.ts';
import { keptTime, type RealTime, realTimeTable } from './real-time.ts';
import { type EnvironmentStreams, isStreams, readWorld, worldProblems } from './world.ts';

/** Configuration of {@link closeLoop}. */
export interface CloseLoopConfig<O, A> {
  /** Where the network runs. */
  readonly target: Target;
  /** The network, whose output becomes the action. */
  readonly net: Pipeline;
  /** What the loop acts on. */
  readonly environment: Environment<O, A> | EnvironmentStreams<O, A>;
  /** Turns observations into spikes. */
  readonly encode: Encode<NoInfer<O>>;
  /** Turns spikes into actions. */
  readonly decode: Decode<NoInfer<O>, NoInfer<A>>;
  /** Length of a step of the loop, seconds: a whole number of steps of the network; one if left out. */
  readonly dt?: number;
  /** Number of steps, those that were missed included; without it and `duration`, the loop ends with the environment. */
  readonly steps?: number;
  /** Length of the loop, seconds, instead of `steps`. */
  readonly duration?: number;
  /** Seed from which the environment begins; 0 if left out. */
  readonly seed?: number;
  /** Bounds of actions: values beyond are clipped, and counted as `clipped`. */
  readonly limits?: ActionLimits;
  /** A safe action that is sent when the loop ends, whatever ends it. */
  readonly onStop?: NoInfer<A>;
  /** Signals of the network to be recorded beside the spikes of its output, by name: `hidden`, `output:imem`. */
  readonly record?: readonly string[];
  /**
   * Whether the loop keeps real time, and how. If left out it runs in virtual time: as fast as it can, and the same seed gives the
   * same steps to the last bit.
   */
  readonly realTime?: boolean | RealTime;
  /** Records the loop and each step; see `recordSession`. */
  readonly session?: LoopSession;
  /** Adds spikes to those of the observation, and may end the loop; see `startProtocol`. */
  readonly stimulus?: LoopStimulus;
  /** Counts what was clipped, missed and so on; the loop's own counter if left out. */
  readonly losses?: Losses;
}

/** A closed loop, with counts of what it could not do. */
export type ClosedLoop<O, A> = Observable<LoopStep<O, A>> & {
  /**
   * Values of actions beyond the limits (`clipped`); in real time: steps left out (`missed`) or made up for (`late`), steps left out since
   * the target did not answer (`stalled`), observations that nobody saw (`superseded`), and steps of an `immediate` target in whose answer nothing
   * came and whose spikes may have come with those of a step before (`together`).
   * Promises of the last action or of `close` that failed after the end are `failedLate`.
   */
  readonly losses: Losses;
};

/** Counts of a step, of all its bins and channels, at most. */
const mostCounts = 2 ** 24;

const seconds = number({ min: 1e-6, unit: 'seconds' });

const table: OptionTable<CloseLoopConfig<unknown, unknown>> = {
  target: targetCheck,
  net: pipelineProblems,
  environment: worldProblems,
  encode: codingProblems,
  decode: codingProblems,
  dt: seconds,
  steps: number({ min: 1, whole: true, unit: 'steps' }),
  duration: seconds,
  seed: seedCheck,
  limits: limitProblems,
  onStop: anything,
  record: anything,
  realTime: (value) => (typeof value === 'boolean' ? [] : options(realTimeTable)(value)),
  session: keeping('a session', {
    methods: ['begin', 'step', 'end'],
    may: ['updated'],
    says: { demand: anything },
  }),
  stimulus: keeping('a stimulus', {
    methods: ['before'],
    may: ['begin', 'after', 'settled', 'end'],
  }),
  losses: lossesCheck,
};

function codingProblems(value: unknown): readonly Problem[] {
  return hasRows(value) ? [] : callback(value);
}

/** Models that a loop acts on: two would reset each other's. */
const acting = new WeakSet<object>();

/** What a configuration says, once it is known to be sound. */
interface Settled {
  readonly dt: number;
  readonly bins: number;
  readonly steps: number | undefined;
}

/** Lists everything that keeps a loop from being closed. */
function loopProblems(config: CloseLoopConfig<unknown, unknown>): Problem[] {
  const problems = optionProblems(
    config,
    table,
    'target',
    'net',
    'environment',
    'encode',
    'decode',
  );
  return isObject(config) ? [...problems, ...readable(() => agreeing(config))] : problems;
}

/** Lists what is sound by itself and contradicts something else. */
function agreeing(config: CloseLoopConfig<unknown, unknown>): Problem[] {
  const { net, target, dt, steps, duration, limits, onStop, decode, record = [] } = config;
  const problems: Problem[] = [];
  if (steps !== undefined && duration !== undefined) {
    problems.push(fault('duration', 'conflict', 'give either steps or duration'));
  }
  if (onStop !== undefined && (limits === undefined || limitProblems(limits).length === 0)) {
    problems.push(...within('onStop', actionProblems(onStop, limits)));
  }
  if (pipelineProblems(net).length > 0) return problems;
  problems.push(...recordProblems(net, record));
  if (dt !== undefined && seconds(dt).length === 0) {
    const bins = dt / net.dt;
    if (!(Math.abs(bins - Math.round(bins)) <= 1e-9 * bins) || Math.round(bins) < 1) {
      const needed = `whole steps of the network are needed, of ${net.dt} s each`;
      problems.push(problem('dt', 'conflict', dt, needed));
    } else if (Math.round(bins) * Math.max(net.channelsIn, net.channelsOut) > mostCounts) {
      const needed = `a step may have ${mostCounts} bins of channels at most`;
      problems.push(problem('dt', 'too-large', dt, needed));
    } else if (target?.immediate === true && Math.round(bins) > 1) {
      const needed = `the target takes events as they come, one step of the network (${net.dt} s) at a time`;
      problems.push(problem('dt', 'conflict', dt, needed));
    }
  }
  if (hasRows(decode)) {
    try {
      decode.rows(net.channelsOut, net.dt);
    } catch (cause) {
      if (!(cause instanceof DataError)) throw cause;
      problems.push(fault('decode', 'wrong-shape', cause.message));
    }
  }
  return problems;
}

function settled({
  net,
  dt = net.dt,
  steps,
  duration,
}: Pick<CloseLoopConfig<unknown, unknown>, 'net' | 'dt' | 'steps' | 'duration'>): Settled {
  const bins = Math.round(dt / net.dt);
  const given = duration === undefined ? steps : Math.max(1, Math.round(duration / dt));
  return { dt: bins === 1 ? net.dt : dt, bins, steps: given };
}

/**
 * Closes a loop: an observation of the environment becomes spikes, a network on a target answers them, its answer
 * becomes an action, and the action changes the next observation. Emits each step once its answer is there.
 *
 * The environment is started anew for each subscriber. While one loop acts on a model, another errors with a
 * `DeviceError` of code `busy`. However the loop ends (by its last step, an error, a failing device or because its
 * subscriber leaves), `onStop` is sent, the environment is closed and the target stopped.
 *
 * @throws InvalidArgumentError with all problems
 * @throws UnsupportedPipelineError if the target cannot run the network
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[9, 0], [0, 9]] }), lif({ neurons: 2, dt: 1e-3, tauMem: 5e-3 }));
 * // A place that is to be 0: what is seen is how far off it is, what is done is how fast it goes.
 * const place = { at: 0, reset: () => Float64Array.of((place.at = 1)), step: (speed: Float64Array, dt: number) => ({ observation: Float64Array.of((place.at += speed[0]! * dt)) }) };
 * closeLoop({
 *   target: simulator(),
 *   net,
 *   environment: place,
 *   encode: ([off]) => [Number(off! > 0), Number(off! < 0)],
 *   decode: populationDecode({ values: [-5, 5], tau: 0.02 }),
 *   duration: 1,
 *   limits: [-5, 5],
 * }).pipe(last(), map(({ observation }) => Math.abs(observation[0]!) < 0.1)); // emits true
 * ```
 */
export function closeLoop<O = Float64Array, A = Float64Array>(
  config: CloseLoopConfig<O, A>,
): ClosedLoop<O, A> {
  config = readOnce(config, table);
  const given = isObject(config) ? config.environment : config;
  if (isObject(config)) config = { ...config, environment: readWorld(given) };
  const problems = loopProblems(config as CloseLoopConfig<unknown, unknown>);
  if (problems.length > 0) throw new InvalidArgumentError('this loop cannot be closed', problems);
  const { target, net, environment, seed = 0, limits, record = [], session } = config;
  const unsupported = target.unsupported(net, requestOf(net, record));
  if (unsupported.length > 0) throw new UnsupportedPipelineError(target.name, unsupported);
  const { losses = lossCounter(), realTime = false, onStop } = config;
  const { dt, bins, steps } = settled(config);
  const kept = realTime === false ? undefined : keptTime(dt, realTime === true ? {} : realTime);
  const description: LoopDescription = {
    net,
    target: target.name,
    dt,
    seed,
    steps,
    record,
    limits,
    onStop,
    policy: kept?.policy,
  };
  const setup: LoopSetup<O, A> = {
    target,
    environment,
    encode: config.encode as Encode<O>,
    decode: config.decode as Decode<O, A>,
    grid: { bins, width: net.dt, channelsIn: net.channelsIn, channelsOut: net.channelsOut },
    description,
    limits,
    onStop: onStop === undefined ? undefined : { action: onStop },
    realTime: kept,
    session,
    stimulus: config.stimulus,
    losses,
    turns: systemClock,
  };
  const steps$ = new Observable<LoopStep<O, A>>((subscriber) => {
    const demand = demandOfSubscriber();
    if (acting.has(given)) {
      const what = 'another loop acts on this environment; wait until it is done, or make another';
      subscriber.error(new DeviceError('busy', what));
      return undefined;
    }
    if (!isStreams(environment)) acting.add(given);
    let acts = true;
    /** Once: by then another loop may act on it. */
    const free = (): void => {
      if (acts) acting.delete(given);
      acts = false;
    };
    const user: LoopUser<O, A> = {
      next: (step) => subscriber.next(step),
      error(cause) {
        free();
        subscriber.error(cause);
      },
      complete() {
        free();
        subscriber.complete();
      },
      get closed() {
        return subscriber.closed;
      },
      demand,
    };
    let leave: () => void;
    try {
      leave = startLoop(setup, user);
    } catch (cause) {
      free();
      throw cause;
    }
    // Free for another loop once this one has sent its last action, and not before.
    return () => {
      try {
        leave();
      } finally {
        free();
      }
    };
  });
  return Object.assign(steps$, { losses });
}
