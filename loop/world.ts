/** What a loop acts on, in one form: a model, or a live sensor and an actuator. */
import { isObservable, type Observable, type Observer, type Subscription } from 'rxjs';
import { gate, onDemand } from '../src/demand.ts';
import { DataError } from '../src/errors.ts';
import type { Losses } from '../src/events/losses.ts';
import { refusePromise, whenFailed } from '../src/loop/coding.ts';
import type { Environment, EnvironmentStep } from '../src/loop/environment.ts';
import { reading } from '../src/loop/numbers.ts';
import { isObject, readable, readMethods } from '../src/options.ts';
import { type Problem, problem, shown } from '../src/problems.ts';

/**
 * A live sensor and an actuator. In real time a step sees the newest observation, and those that a newer one has replaced are counted as
 * `superseded`; in virtual time each observation is a step.
 */
export interface EnvironmentStreams<O = Float64Array, A = Float64Array> {
  /** What the sensor sees. Its end is the end of the loop. */
  readonly observations: Observable<O>;
  /**
   * Takes each action. It is not told of the end of the loop: others may act on it too. If it gives a promise, nobody waits for that, and what it
   * fails with ends the loop.
   */
  readonly actions: Pick<Observer<A>, 'next'>;
}

/** What a loop acts on. */
export interface World<O, A> {
  /** What was seen last. */
  readonly observation: O;
  /** Whether that is the last of all, as the environment says. */
  readonly done: boolean;
  /** Whether nothing more will be seen. */
  readonly over: boolean;
  /** Begins. */
  begin(seed: number): void;
  /**
   * Lets time pass; gives whether there is something to be seen, in virtual time something new.
   *
   * @param action what is done meanwhile; undefined before the first action is known
   */
  advance(action: A | undefined, seconds: number): boolean;
  /** Sends an action as soon as it is known. */
  act(action: A): void;
  /** Sends the last action of all. */
  halt(action: A, seconds: number): void;
  state(): unknown;
  close(): void;
}

/** Who is told of what happens by itself. */
export interface WorldUser {
  readonly losses: Losses;
  readonly realTime: boolean;
  /** Learns that something is to be seen, or that nothing will be. */
  news(): void;
  failed(cause: unknown): void;
}

/** Tells streams from a model, which may have a field `observations` of its own. */
export function isStreams<O, A>(
  environment: Environment<O, A> | EnvironmentStreams<O, A>,
): environment is EnvironmentStreams<O, A> {
  const { observations, actions } = environment as Partial<EnvironmentStreams<O, A>>;
  return isObservable(observations) && typeof actions?.next === 'function';
}

/** Lists why a loop cannot act on something. */
export function worldProblems(environment: unknown): Problem[] {
  return readable(() => {
    const given = (environment ?? {}) as Environment & EnvironmentStreams;
    const { reset, step } = given as Partial<Environment>;
    const model = typeof reset === 'function' && typeof step === 'function';
    const streams = isStreams(given);
    const needed =
      'reset and step are needed, or observations (an observable) and actions (an observer)';
    return model || streams ? [] : [problem('', 'wrong-type', environment, needed)];
  });
}

/** Reads what a loop acts on once, bound to it; its busy mark is on what was given. */
export function readWorld<O, A>(
  given: Environment<O, A> | EnvironmentStreams<O, A>,
): Environment<O, A> | EnvironmentStreams<O, A> {
  const names = ['reset', 'step', 'state', 'close', 'observations', 'actions'] as const;
  const read = readMethods(given as Environment<O, A> & EnvironmentStreams<O, A>, ...names);
  return isObject(read) && isObject(read.actions)
    ? { ...read, actions: readMethods(read.actions, 'next') }
    : read;
}

/** Brings an environment into that form. */
export function worldOf<O, A>(
  environment: Environment<O, A> | EnvironmentStreams<O, A>,
  user: WorldUser,
): World<O, A> {
  return isStreams(environment) ? ofStreams(environment, user) : ofModel(environment, user);
}

function ofModel<O, A>(model: Environment<O, A>, { failed }: WorldUser): World<O, A> {
  let observation: O | undefined;
  let done = false;
  const see = (next: unknown): void => {
    refusePromise('step of the environment', next);
    if (typeof next !== 'object' || next === null || !('observation' in next)) {
      throw new DataError(
        'the environment gave no observation; step returns { observation, done }',
      );
    }
    const seen = next as EnvironmentStep<O>;
    const { done: last = false } = seen;
    if (typeof last !== 'boolean') {
      throw new DataError(
        `done of the environment is ${shown(last)}; true or false is needed, or nothing`,
      );
    }
    refusePromise('observation of the environment', seen.observation);
    observation = seen.observation;
    done = last;
  };
  return {
    get observation() {
      return observation as O;
    },
    get done() {
      return done;
    },
    get over() {
      return done;
    },
    begin(seed) {
      observation = model.reset(seed);
      refusePromise('reset of the environment', observation);
    },
    advance(action, seconds) {
      // Before anything is done, nothing can pass under it.
      if (action === undefined) return true;
      reading('step of the environment', see, model.step(action, seconds) as unknown);
      return true;
    },
    act() {},
    halt: (action, seconds) =>
      refusePromise('step of the environment', model.step(action, seconds)),
    state: () => model.state?.(),
    close: () => whenFailed(model.close?.(), failed),
  };
}

/** Observations that wait for their step at most, in virtual time, if their source cannot: their number bounds what is kept. */
const mostWaiting = 65_536;

function ofStreams<O, A>(
  { observations, actions }: EnvironmentStreams<O, A>,
  { losses, realTime, news, failed }: WorldUser,
): World<O, A> {
  const room = gate();
  const waiting: O[] = [];
  let seen: O | undefined;
  let anything = false;
  let fresh = false;
  let ended = false;
  let subscription: Subscription | undefined;
  const take = (observation: O): void => {
    refusePromise('a sensor', observation);
    if (realTime) {
      if (fresh) losses.add('superseded', 1);
      [seen, fresh, anything] = [observation, true, true];
    } else if (waiting.length < mostWaiting) waiting.push(observation);
    else throw tooMany();
    room.set(waiting.length === 0);
    news();
  };
  return {
    get observation() {
      return seen as O;
    },
    // What a sensor sees last, nobody knows when it sees it.
    done: false,
    get over() {
      return ended && waiting.length === 0;
    },
    begin() {
      subscription = onDemand(room, () =>
        observations.subscribe({
          next(observation) {
            try {
              take(observation);
            } catch (cause) {
              failed(cause);
            }
          },
          error: failed,
          complete() {
            ended = true;
            if (fresh) losses.add('superseded', 1);
            news();
          },
        }),
      );
    },
    advance() {
      fresh = false;
      if (realTime) return anything;
      if (waiting.length === 0) return false;
      seen = waiting.shift() as O;
      room.set(waiting.length === 0);
      return true;
    },
    act: (action) => whenFailed(actions.next(action), failed),
    halt: (action) => whenFailed(actions.next(action), failed),
    state: () => undefined,
    close: () => subscription?.unsubscribe(),
  };
}

function tooMany(): DataError {
  return new DataError(
    `more than ${mostWaiting} observations wait for their step; read them by fromPull, which waits for the loop, or close the loop in real time`,
  );
}
