import { config, map, type Observable, type OperatorFunction, Subject, take } from 'rxjs';
import { expect } from 'vitest';
import { TestClock } from './test-clock.ts';
import { until } from './until.ts';
import { type Seen, watch } from './watch.ts';

/** A stream under test, made anew for each way of subscribing. */
export interface Rig<Out> {
  /** Counts timers and listeners that are left; it must come to what it was. */
  left?(): number;
  /** Frees what the rig has opened. */
  close?(): Promise<void>;
  /** Errors of a second subscription that are as they should be: a link that is in use. */
  readonly again?: (cause: unknown) => boolean;
  /** Whether the first may be refused in its place: both write at the same time, and whoever comes first has it. */
  readonly eitherAgain?: boolean;
  /** What is compared of a value. */
  key?(value: Out): unknown;
  /** Whether it has to do with files or sockets, which take as long as they take. */
  readonly outside?: boolean;
}

/** An operator or a sink, with what goes in. */
export interface OperatorRig<In, Out> extends Rig<Out> {
  readonly operator: OperatorFunction<In, Out>;
  readonly items: readonly In[];
}

/** A source. */
export interface SourceRig<Out> extends Rig<Out> {
  readonly source: Observable<Out>;
  /** Makes it speak, if it does so only when asked; how often it has been called says what for. */
  speak?(index: number): void;
}

// biome-ignore lint/suspicious/noExplicitAny: rigs of any items share a list
export type AnyOperator = (clock: TestClock) => Promise<OperatorRig<any, any>>;
// biome-ignore lint/suspicious/noExplicitAny: rigs of any items share a list
export type AnySource = (clock: TestClock) => Promise<SourceRig<any>>;

/** Lets virtual time and the event loop pass until `done`, or nothing more can come. */
async function settle(
  clock: TestClock,
  { outside = false }: Rig<unknown>,
  done: () => boolean,
): Promise<void> {
  if (outside) {
    let passing: Promise<void> | undefined;
    await until(() => {
      passing ??= clock.pass(2).then(() => {
        passing = undefined;
      });
      return done();
    });
    await passing;
    return;
  }
  for (let i = 0; i < 300 && !done(); i++) {
    await clock.pass(2);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What `work` makes RxJS report as errors that nobody took. */
async function unhandled(work: () => Promise<void>): Promise<unknown[]> {
  const causes: unknown[] = [];
  const before = config.onUnhandledError;
  config.onUnhandledError = (cause) => causes.push(cause);
  try {
    await work();
    await new Promise((resolve) => setTimeout(resolve));
  } finally {
    config.onUnhandledError = before;
  }
  return causes;
}

/** What is under test: how to subscribe, and what drives it. */
interface Driven<Out> extends Rig<Out> {
  readonly stream: Observable<Out>;
  /** Hands over the next item, or nothing if there is none. */
  push(): void;
  /** Hands over what is left, and ends. */
  finish(): void;
  /** Whether anything upstream is still subscribed to. */
  observed(): boolean;
}

function driveOperator<In, Out>(rig: OperatorRig<In, Out>): Driven<Out> {
  const input = new Subject<In>();
  let at = 0;
  const push = (): void => {
    if (at < rig.items.length) input.next(rig.items[at++] as In);
  };
  return {
    ...rig,
    stream: input.pipe(rig.operator),
    push,
    finish() {
      while (at < rig.items.length) push();
      input.complete();
    },
    observed: () => input.observed,
  };
}

function driveSource<Out>(rig: SourceRig<Out>): Driven<Out> {
  let calls = 0;
  const speak = (): void => {
    if (calls < 4) rig.speak?.(calls++);
  };
  return {
    ...rig,
    stream: rig.source,
    push: speak,
    finish() {
      while (rig.speak !== undefined && calls < 4) speak();
    },
    observed: () => false,
  };
}

/** Runs a way of subscribing on a stream of its own; nothing may be left of it. */
export async function inRig(
  kind: 'operator' | 'source',
  make: AnyOperator | AnySource,
  way: (driven: Driven<unknown>, clock: TestClock) => Promise<void>,
): Promise<void> {
  const clock = new TestClock();
  const rig = await make(clock);
  const before = rig.left?.() ?? 0;
  const driven =
    kind === 'operator'
      ? driveOperator(rig as OperatorRig<unknown, unknown>)
      : driveSource(rig as SourceRig<unknown>);
  await way(driven, clock);
  await settle(clock, rig, () => (rig.left?.() ?? 0) <= before);
  expect(rig.left?.() ?? 0).toBe(before);
  expect(driven.observed()).toBe(false);
  await rig.close?.();
  expect(clock.waiting).toBe(0);
}

/** What a stream gives to a subscriber that only looks. */
export async function plainOutput(
  kind: 'operator' | 'source',
  make: AnyOperator | AnySource,
): Promise<unknown[]> {
  const values: unknown[] = [];
  await inRig(kind, make, async (driven, clock) => {
    const seen = watch(driven.stream);
    driven.finish();
    await ended(driven, clock, seen, Number.POSITIVE_INFINITY);
    values.push(...keys(driven, seen.values));
  });
  return values;
}

const keys = (driven: Rig<unknown>, values: readonly unknown[]): unknown[] =>
  driven.key === undefined ? [...values] : values.map(driven.key);

/** Waits for the end, or of what has none, for `count` values; then it is left. */
async function ended(
  driven: Driven<unknown>,
  clock: TestClock,
  seen: Seen<unknown>,
  count: number,
): Promise<void> {
  await settle(clock, driven, () => seen.ended !== 'no' || seen.values.length >= count);
  expect(seen.error).toBeUndefined();
  seen.unsubscribe();
  expect(driven).toBeDefined();
}

const failure = new Error('the subscriber failed');

/** Ways to subscribe, with what must come of each where a plain subscriber sees `expected`. */
export const ways: Record<
  string,
  (expected: readonly unknown[]) => (driven: Driven<unknown>, clock: TestClock) => Promise<void>
> = {
  'answers in next': (expected) => async (driven, clock) => {
    const values: unknown[] = [];
    const seen = watch(
      driven.stream.pipe(
        map((value) => {
          values.push(value);
          driven.push();
          return value;
        }),
      ),
    );
    driven.push();
    driven.finish();
    await ended(driven, clock, seen, expected.length);
    expect(keys(driven, values)).toEqual(expected);
  },
  'hands over everything and ends in next': (expected) => async (driven, clock) => {
    const values: unknown[] = [];
    let once = false;
    const seen = watch(
      driven.stream.pipe(
        map((value) => {
          values.push(value);
          if (!once) {
            once = true;
            driven.finish();
          }
          return value;
        }),
      ),
    );
    driven.push();
    if (!once) driven.finish();
    await ended(driven, clock, seen, expected.length);
    expect(keys(driven, values)).toEqual(expected);
  },
  'throws behind it': () => async (driven, clock) => {
    let calls = 0;
    const seen = watch(
      driven.stream.pipe(
        map(() => {
          calls++;
          throw failure;
        }),
      ),
    );
    driven.push();
    driven.finish();
    await settle(clock, driven, () => seen.ended !== 'no');
    expect([seen.error, calls]).toEqual([failure, 1]);
  },
  'throws in next': (expected) => async (driven, clock) => {
    const values: unknown[] = [];
    let over = false;
    const causes = await unhandled(async () => {
      const subscription = driven.stream.subscribe({
        next(value) {
          values.push(value);
          throw failure;
        },
        complete: () => {
          over = true;
        },
      });
      driven.finish();
      await settle(clock, driven, () => over || values.length >= expected.length);
      subscription.unsubscribe();
    });
    expect(keys(driven, values)).toEqual(expected);
    expect(new Set(causes)).toEqual(new Set([failure]));
  },
  'unsubscribes in next': (expected) => async (driven, clock) => {
    const seen = watch(driven.stream.pipe(take(1)));
    driven.push();
    driven.finish();
    await settle(clock, driven, () => seen.ended !== 'no');
    expect(keys(driven, seen.values)).toEqual(expected.slice(0, 1));
  },
  'subscribes again in next': (expected) => async (driven, clock) => {
    const again: Seen<unknown>[] = [];
    const values: unknown[] = [];
    const seen = watch(
      driven.stream.pipe(
        map((value) => {
          values.push(value);
          if (again.length === 0) again.push(watch(driven.stream));
          return value;
        }),
      ),
    );
    driven.finish();
    if (driven.eitherAgain === true) {
      await settle(clock, driven, () => [seen, ...again].every(({ ended }) => ended !== 'no'));
      if (again[0]?.error === undefined && driven.again?.(seen.error) === true) return;
    }
    await ended(driven, clock, seen, expected.length);
    const [second] = again as [Seen<unknown>];
    if (driven.again === undefined) {
      await settle(
        clock,
        driven,
        () => second.ended !== 'no' || second.values.length >= expected.length,
      );
      expect(second.error).toBeUndefined();
    } else if (second.error !== undefined) expect(driven.again(second.error)).toBe(true);
    second.unsubscribe();
    expect(keys(driven, values)).toEqual(expected);
  },
};
