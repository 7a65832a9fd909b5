import { printable } from './printable.ts';
import { type Problem, problemText, said } from './problems.ts';

/** Base class of every failure Spikeline throws on purpose. */
export abstract class SpikelineError extends Error {
  /** Stable machine-readable reason. */
  abstract readonly code: string;

  /** Says what failed, and keeps the cause if there is one. */
  constructor(message?: string, options?: ErrorOptions) {
    super(said(message ?? ''), causeIn(options));
  }
}

/** The options of an error, as far as they can be read. */
function causeIn(options: ErrorOptions | undefined): ErrorOptions | undefined {
  try {
    return typeof options === 'object' && options !== null && 'cause' in options
      ? { cause: options.cause }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Problems that are a list of such. */
function listed(problems: readonly Problem[]): readonly Problem[] {
  try {
    return Array.isArray(problems) ? Array.from(problems.slice(0, mostProblems)) : [];
  } catch {
    return [];
  }
}

/** What the caller's own code threw while it was read, as the cause of the error that says so. */
function causeOf(problems: readonly Problem[]): ErrorOptions | undefined {
  try {
    return problems.find((one) => one.cause !== undefined);
  } catch {
    return undefined;
  }
}

/** Problems that an error keeps at most. */
const mostProblems = 100_000;

/** Reasons that a message names at most; the error has all. */
const mostReasons = 100;

function list(what: string, reasons: readonly string[]): string {
  const headline = printable(said(what));
  if (reasons.length === 1) return `${headline}: ${reasons[0]}`;
  const shown = reasons.slice(0, mostReasons).map((reason) => `\n  - ${reason}`);
  const more = reasons.length - shown.length;
  return `${headline}:${shown.join('')}${more > 0 ? `\n  - and ${more} more` : ''}`;
}

/** The caller's mistake, found while something is built. Carries every reason at once. */
export class InvalidArgumentError extends SpikelineError {
  override readonly name = 'InvalidArgumentError';
  /** Stable machine-readable reason. */
  readonly code = 'INVALID_ARGUMENT';
  /** Each mistake: where it is, what was given, what is allowed. */
  readonly problems: readonly Problem[];

  /** Names what could not be built and why. */
  constructor(what: string, problems: readonly Problem[], options?: ErrorOptions) {
    const found = listed(problems);
    super(list(what, found.map(problemText)), options ?? causeOf(found));
    this.problems = found;
  }

  /** The same as sentences. */
  get reasons(): readonly string[] {
    return this.problems.map(problemText);
  }
}

/** A target was asked to run a pipeline that it has no means for. Carries every reason at once. */
export class UnsupportedPipelineError extends SpikelineError {
  override readonly name = 'UnsupportedPipelineError';
  /** Stable machine-readable reason. */
  readonly code = 'UNSUPPORTED_PIPELINE';
  /** The target that declined. */
  readonly target: string;
  /** Each obstacle: where it is, and what would help. */
  readonly problems: readonly Problem[];

  /** Names the target and everything it cannot do. */
  constructor(target: string, problems: readonly Problem[], options?: ErrorOptions) {
    const found = listed(problems);
    const what = `the ${said(target)} cannot run this pipeline`;
    super(list(what, found.map(problemText)), options);
    this.target = target;
    this.problems = found;
  }

  /** The same as sentences. */
  get reasons(): readonly string[] {
    return this.problems.map(problemText);
  }
}

/** Data that arrived contradicts what the stage was built for. */
export class DataError extends SpikelineError {
  override readonly name = 'DataError';
  /** Stable machine-readable reason. */
  readonly code = 'BAD_DATA';
}

/** A file or folder could not be read or written. */
export class StorageError extends SpikelineError {
  override readonly name = 'StorageError';
  /** Stable machine-readable reason. */
  readonly code = 'STORAGE';
  /** The file or folder concerned. */
  readonly path: string;

  /** Names the path and what went wrong there. */
  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`${printable(said(path))}: ${said(problem)}`, options);
    this.path = path;
  }
}

/** Everything that can go wrong with a device. */
export type DeviceErrorCode =
  | 'not-found'
  | 'busy'
  | 'disconnected'
  | 'timed-out'
  | 'overflow'
  | 'protocol'
  /** The system does not let us use it. */
  | 'refused'
  /** The device has no means for what was asked. */
  | 'unsupported';

/** The world's failure: a device did not do what it should. */
export class DeviceError extends SpikelineError {
  override readonly name = 'DeviceError';
  /** Stable machine-readable reason. */
  readonly code: DeviceErrorCode;

  /** Names the failure; `message` says what happened and what to do. */
  constructor(code: DeviceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Everything that can go wrong with another machine. */
export type NetworkErrorCode =
  /** Nothing answers at the address. */
  | 'not-found'
  /** The other side does not let us in. */
  | 'refused'
  | 'busy'
  | 'disconnected'
  | 'timed-out'
  /** More waits to be sent, or kept, than may. */
  | 'overflow'
  | 'protocol'
  /** Something was lost on the way, and nothing may be. */
  | 'lost';

/** The world's failure: another machine, or the way to it. */
export class NetworkError extends SpikelineError {
  override readonly name = 'NetworkError';
  /** Stable machine-readable reason. */
  readonly code: NetworkErrorCode;

  /** Names the failure; `message` says what happened and what to do. */
  constructor(code: NetworkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Training on threads ended before its time: one of them died, or all were closed. */
export class KernelThreadError extends SpikelineError {
  override readonly name = 'KernelThreadError';
  /** Stable machine-readable reason. */
  readonly code = 'KERNEL_THREAD';

  /** Says what ended it. */
  constructor(what: string, options?: ErrorOptions) {
    super(`${said(what)}; what was learnt before is in the last report`, options);
  }
}

/** A library that is installed only by those who need it is not there. */
export class MissingLibraryError extends SpikelineError {
  override readonly name = 'MissingLibraryError';
  /** Stable machine-readable reason. */
  readonly code = 'MISSING_LIBRARY';
  /** Name of the library, as npm installs it. */
  readonly library: string;

  /** Names the library, what it is for, and how to get it. */
  constructor(library: string, purpose: string, options?: ErrorOptions) {
    const name = said(library);
    super(`${name} is not installed; ${said(purpose)}. Install it: npm install ${name}`, options);
    this.library = library;
  }
}
