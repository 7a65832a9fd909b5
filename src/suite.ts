/** What conformance suites share: cases that need no test framework, and words for what went wrong. */

/** A case of a suite: it resolves if all is well, and rejects with what is not. */
export interface SuiteCase {
  /** What must hold. */
  readonly name: string;
  /** Tries it. */
  run(): Promise<void>;
}

/** How a suite waits. */
export interface SuiteTime {
  /** Lets time pass; milliseconds of the machine if left out. Tests in virtual time move their clock. */
  pass?(milliseconds: number): Promise<void>;
  /** How long an answer may take, milliseconds of that time; 5000 if left out. */
  readonly patience?: number;
}

/** Waits for what should come. */
export interface Waiter {
  /** Lets time pass. */
  pass(milliseconds: number): Promise<void>;
  /** Gives what a promise gives, or fails if it takes too long. */
  answer<T>(promise: Promise<T>, what: string): Promise<T>;
  /** Waits until something holds, or fails if it takes too long. */
  until(holds: () => boolean, what: string): Promise<void>;
}

/** Names of cases and what they do. */
export type NamedCases = Readonly<Record<string, () => Promise<void>>>;

/** Cases as a list. */
export function suiteCases(named: NamedCases): SuiteCase[] {
  return Object.entries(named).map(([name, run]) => ({ name, run }));
}

const machineTime = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** Makes what waits in the time of a suite. */
export function waiter({ pass = machineTime, patience = 5000 }: SuiteTime): Waiter {
  const until = async (holds: () => boolean, what: string): Promise<void> => {
    for (let waited = 0; !holds(); waited++) {
      if (waited >= patience) throw new Error(`${what} did not come within ${patience} ms`);
      await pass(1);
    }
  };
  return {
    pass,
    until,
    async answer(promise, what) {
      let settled = false;
      const settle = (): void => {
        settled = true;
      };
      promise.then(settle, settle);
      await until(() => settled, what);
      return promise;
    },
  };
}

/** Fails with a sentence unless something holds. */
export function expectTrue(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

/** Fails unless two lists hold the same values. */
export function expectSame(
  found: ArrayLike<unknown>,
  wanted: ArrayLike<unknown>,
  what: string,
): void {
  if (found.length !== wanted.length) {
    throw new Error(`${what}: there are ${found.length}, not ${wanted.length}`);
  }
  for (let i = 0; i < wanted.length; i++) {
    if (!Object.is(found[i], wanted[i])) {
      throw new Error(`${what}: entry ${i} is ${String(found[i])}, not ${String(wanted[i])}`);
    }
  }
}

/** Runs something that may throw at once as a promise. */
export async function attempt<T>(use: () => T | Promise<T>): Promise<T> {
  return use();
}

/** Gives what a promise is rejected with; undefined if it is not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (cause) {
    return cause ?? new Error('it was rejected without a cause');
  }
  return undefined;
}

/** Gives what a call throws; undefined if it does not. */
export function thrown(use: () => unknown): unknown {
  try {
    use();
  } catch (cause) {
    return cause ?? new Error('it threw without a cause');
  }
  return undefined;
}

/** Fails unless a cause has a code. */
export function expectCode(cause: unknown, code: string, what: string): void {
  const found = (cause as { readonly code?: unknown } | undefined)?.code;
  if (found === code) return;
  const came = cause === undefined ? 'went through' : `gave ${String(cause)}`;
  throw new Error(`${what} ${came}; an error with the code ${code} is needed`);
}
