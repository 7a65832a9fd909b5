/** What kind of mistake a problem is; closed, so that a program can tell them apart. */
export type ProblemCode =
  /** The value is of another type. */
  | 'wrong-type'
  /** A number is NaN or infinite. */
  | 'not-finite'
  /** The value is of the right type and not allowed. */
  | 'out-of-range'
  /** Lengths, rows or columns do not agree. */
  | 'wrong-shape'
  /** Something needed is not there. */
  | 'missing'
  /** There is no such option, name or kind. */
  | 'unknown'
  /** A name or place is used twice. */
  | 'duplicate'
  /** Two things that are each sound contradict each other. */
  | 'conflict'
  /** More is asked for than there is. */
  | 'too-large'
  /** Whoever was asked has no means for it. */
  | 'unsupported';

/** One mistake: where it is, what was given there, and what is needed. */
export interface Problem {
  /** Where it is, as one would write it in code: `hidden.Itau_mem[3]`; empty for the whole. */
  readonly path: string;
  /** What kind of mistake it is. */
  readonly code: ProblemCode;
  /** What was given; absent if nothing single was. */
  readonly given?: unknown;
  /** What is needed instead, or what to do: a phrase that follows a semicolon. */
  readonly needed: string;
}

/**
 * Makes a problem of a value that was given.
 */
export function problem(path: string, code: ProblemCode, given: unknown, needed: string): Problem {
  return { path, code, given, needed };
}

/** Makes a problem in which no single value is at fault. */
export function fault(path: string, code: ProblemCode, needed: string): Problem {
  return { path, code, needed };
}

/** The same problems inside something larger: `Idc` in `hidden` is at `hidden.Idc`. */
export function within(outer: string, problems: readonly Problem[]): Problem[] {
  const list: readonly Problem[] = Array.isArray(problems) ? problems : [];
  return list.map((inner) => ({ ...inner, path: join(shownPath(outer), shownPath(inner?.path)) }));
}

function shownPath(path: unknown): string {
  return typeof path === 'string' ? path : '';
}

function join(outer: string, inner: string): string {
  if (outer === '' || inner === '') return outer + inner;
  return inner.startsWith('[') ? outer + inner : `${outer}.${inner}`;
}

/** Characters of a value that a message shows. */
const shownCharacters = 60;

/** A value as a message shows it: short, and with nothing that a terminal obeys. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : plain(value);
  const cut = text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  return cut.replace(/[\u0000-\u001f\u007f-\u009f]/g, '�');
}

function plain(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return 'an object';
  }
}

/** A problem as a person reads it: the one place that prints it. */
export function problemText(problem: Problem): string {
  const { path, needed } = (problem ?? {}) as Partial<Problem>;
  if (typeof path !== 'string' || typeof needed !== 'string') return shown(problem);
  if ('given' in problem) return `${path || 'it'} is ${shown(problem.given)}; ${needed}`;
  return path === '' ? needed : `${path}: ${needed}`;
}
