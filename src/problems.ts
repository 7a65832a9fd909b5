import { printable } from './printable.ts';

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
  /** What the caller's own code threw when the value was read; absent if it could be read. */
  readonly cause?: unknown;
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

/** Makes the problem of a value that throws when it is read, as a getter or a proxy may. */
export function unread(cause: unknown): Problem {
  const why = cause instanceof Error ? cause.message : cause;
  return { ...fault('', 'wrong-type', `it cannot be read: ${shown(why)}`), cause };
}

/** Stands for a value that could not be read, and says why. */
export class Unread {
  readonly #problem: Problem;

  constructor(problem: Problem) {
    this.#problem = problem;
  }

  /** What is wrong with it. */
  get problem(): Problem {
    return this.#problem;
  }

  /** Whether something is one; no proxy is asked. */
  static is(value: unknown): value is Unread {
    return typeof value === 'object' && value !== null && #problem in value;
  }
}

/** Problems that are listed at most: a list with holes can claim any length. */
const mostListed = 2 ** 20;

function allWithin(outer: string, list: readonly Problem[]): Problem[] {
  if (list.length > mostListed) {
    return [
      problem(shownPath(outer), 'too-large', list.length, `${mostListed} problems are listed`),
    ];
  }
  return list.map((inner) => ({
    ...inner,
    path: join(shownPath(outer), shownPath(inner?.path)),
  }));
}

/** The same problems inside something larger: `Idc` in `hidden` is at `hidden.Idc`. */
export function within(outer: string, problems: readonly Problem[]): Problem[] {
  try {
    const list: readonly Problem[] = Array.isArray(problems) ? problems : [];
    return list.length === 0 ? [] : allWithin(outer, list);
  } catch {
    return [fault(shownPath(outer), 'wrong-type', 'its problems cannot be read')];
  }
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

/** A value as a message shows it: short, and with nothing that a terminal obeys. Whatever the value is, it throws nothing. */
export function shown(value: unknown): string {
  let text: string;
  try {
    text = preview(value, 0);
  } catch {
    // A getter or a proxy that throws.
    text = typeof value === 'function' ? 'a function' : 'an object that cannot be read';
  }
  const cut = text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
  return printable(cut);
}

/** A part of a message: a text as it is, anything else as messages show it. An error never fails itself. */
export function said(part: unknown): string {
  return typeof part === 'string' ? part : shown(part);
}

/** What was thrown, as a message says it: of an error its message, anything else as messages show it. */
export function causeText(cause: unknown): string {
  try {
    const { message } = (cause ?? {}) as { readonly message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // What cannot be read says nothing.
  }
  return said(cause);
}

/** Levels of lists and objects that a message shows. */
const shownLevels = 4;

/** The beginning of a value as JSON would have it; what comes after some characters is not even read. */
function preview(value: unknown, level: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 2 * shownCharacters));
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint')
    return value > -largestShown && value < largestShown ? `${value}n` : 'a bigint';
  if (typeof value !== 'object' || value === null) return String(value);
  if (Unread.is(value)) return 'what cannot be read';
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${value.byteLength} bytes`;
  if (level === shownLevels) return '…';
  const list = Array.isArray(value);
  const names: Iterable<string> = list ? places(value.length) : Object.keys(value);
  let text = '';
  for (const name of names) {
    if (text !== '') text += ',';
    if (text.length > shownCharacters) break;
    const inside = preview(Reflect.get(value, name), level + 1);
    text += list ? inside : `${JSON.stringify(name)}:${inside}`;
  }
  return list ? `[${text}]` : `{${text}}`;
}

const largestShown = 10n ** 30n;

/** Places of a list as names, one after the other. */
function* places(length: number): Generator<string> {
  for (let i = 0; i < length; i++) yield `${i}`;
}

/** A problem as a person reads it: the one place that prints it. */
export function problemText(problem: Problem): string {
  try {
    const { path, needed } = (problem ?? {}) as Partial<Problem>;
    if (typeof path !== 'string' || typeof needed !== 'string') return shown(problem);
    if ('given' in problem) {
      return `${printable(path) || 'it'} is ${shown(problem.given)}; ${printable(needed)}`;
    }
    return printable(path === '' ? needed : `${path}: ${needed}`);
  } catch {
    return shown(problem);
  }
}
