/** The contract of an open device, whatever chips are on it. */
import type { CircuitModel } from '../chips/family.ts';
import { DeviceError, InvalidArgumentError } from '../errors.ts';
import { type Check, isObject, keeping, number, readAs, readable } from '../options.ts';
import { fault, type Problem, problem, problemText, within } from '../problems.ts';

/** Events as a board carries them. Both arrays have the same length and are not written again. */
export interface HardwareEvents {
  /** Microseconds of the board's clock; they wrap at 2^32 (after 71.6 minutes). */
  readonly timestamps: Uint32Array;
  /** Event words of the chip family. */
  readonly words: Uint32Array;
}

/** What a link has counted since it was opened. A counter that a board has not got is absent, never 0. */
export interface LinkStatistics {
  /** Events for the chips that the host handed over. */
  readonly sent?: number;
  /** Events that reached the chips at their time. */
  readonly delivered?: number;
  /** Events that came after their time and were passed on at once. */
  readonly late?: number;
  /** Events that the input FIFO had no room for. */
  readonly dropped?: number;
  /** Events that the host was given. */
  readonly received?: number;
  /** Events that found no room on their way to the host. */
  readonly overflowed?: number;
}

/**
 * What became of the events of one sender on a link that several share. A link that can tell them apart fills in what
 * it counts, from 0 on at the first events it is handed; what it cannot count stays absent.
 */
export interface SenderCounts {
  /** Events that reached the chips at their time. */
  delivered?: number;
  /** Events that came after their time and were passed on at once. */
  late?: number;
  /** Events that the input FIFO had no room for, or that were still in it when it was emptied. */
  dropped?: number;
}

/** Receives what a link gives. One that throws is told that it is closed, and nothing more; others go on. */
export interface LinkListener {
  /** Takes events, oldest first. */
  events(events: HardwareEvents): void;
  /** Learns that nothing follows; `cause` is absent if the link was closed on purpose. */
  closed?(cause?: DeviceError): void;
}

/** What is known of a board. */
export interface LinkInfo {
  /** What it is. */
  readonly name: string;
  /** Serial number, or what stands for it. */
  readonly serial: string;
  /** Name of the chip family that knows its configurations and words. */
  readonly family: string;
  /** Chips on the board. */
  readonly chips: number;
  /**
   * Whose clock the events follow: `board` if it runs by itself, so that events must be there in time; `host` if
   * board time only goes as far as events and {@link Link.time} drive it.
   */
  readonly clock: 'board' | 'host';
  /** What its neurons are computed as; absent for silicon, which is what it is. */
  readonly model?: CircuitModel;
}

/** A change in mid-run. */
export interface LinkUpdate<Delta = unknown> {
  /** Board time at which it took effect, microseconds, wrapped at 2^32. */
  readonly time: number;
  /** What was changed. */
  readonly delta: Delta;
}

/** An open device: a board, virtual or real, that takes configurations and events of its chip family. */
export interface Link<Configuration = unknown, Delta = unknown> {
  /** What is known of the board. */
  readonly info: LinkInfo;
  /** Whether the link can be used no more. */
  readonly closed: boolean;
  /** Counts since opening; live. */
  readonly statistics: LinkStatistics;
  /** Changes in mid-run since opening, oldest first; live. */
  readonly updates: readonly LinkUpdate<Delta>[];
  /**
   * Configures the chips and puts them to rest. Nothing of before comes after: what was queued for the chips is
   * forgotten and counted as `dropped`; what they have sent goes to whoever listens, or is counted as `overflowed`.
   *
   * @throws InvalidArgumentError if the configuration does not fit the board
   * @throws DeviceError `disconnected` if the link is closed
   */
  configure(configuration: Configuration): Promise<void>;
  /**
   * Hands over events sorted by time. Each is emitted at its own time; those that are late, at once. What becomes of
   * them is also added to `counts`, if given, by a link that can tell senders apart.
   *
   * @throws DeviceError `disconnected` if the link is closed
   */
  send(events: HardwareEvents, counts?: SenderCounts): void;
  /**
   * Changes biases and synapses while the chips run, without putting them to rest, and resolves with the board
   * time at which that took effect, microseconds, wrapped at 2^32.
   *
   * @throws InvalidArgumentError if the change does not fit what is configured
   * @throws DeviceError `unsupported` if the board cannot be changed in mid-run, `disconnected` if the link is closed
   */
  update(delta: Delta): Promise<number>;
  /**
   * Resolves with the board's time, microseconds, wrapped at 2^32: as it is now; or, if `at` is given, once that
   * time has come and all events that the board emitted before it have been given to the listeners. A board with
   * the host's clock runs through `at`.
   *
   * @throws DeviceError `disconnected` if the link is closed, before or meanwhile
   */
  time(at?: number): Promise<number>;
  /**
   * Calls back when `time(at)` would resolve, or right now, with what it was asked for: without a promise, for streams that ask
   * thousands of times a second. Nobody is called once the link is closed, which listeners are told; one that throws ends alone. Absent if
   * the link does no better than with promises.
   *
   * @throws DeviceError `disconnected` if the link is closed
   */
  whenReached?(at: number, reached: (at: number) => void): void;
  /**
   * Lets the board begin one of its steps at a board time that is still to come, wrapped at 2^32, so that they lie where the
   * bins of a stream do. Absent if its steps lie where they lie: then streams wait until one begins. A board whose
   * circuits know no steps has nothing to do.
   *
   * @throws DeviceError `disconnected` if the link is closed
   */
  align?(at: number): void;
  /**
   * Gives events to a listener until the returned function is called.
   *
   * @throws DeviceError `disconnected` if the link is closed
   */
  listen(listener: LinkListener): () => void;
  /** Closes the link and frees everything; may be called twice. */
  close(): Promise<void>;
}

/** A device that can be opened by one owner at a time. */
export interface Board<L extends Link = Link> {
  /**
   * Opens the board.
   *
   * @throws DeviceError `busy` if it is open already, `not-found` if there is none
   */
  open(): Promise<L>;
}

const object: Check = (value) =>
  isObject(value) ? [] : [problem('', 'wrong-type', value, 'an object is needed')];

const linkCheck = keeping('an open link', {
  methods: ['configure', 'send', 'time', 'listen', 'close'],
  may: ['update', 'align', 'whenReached'],
  says: { info: object, statistics: object },
});

/** Lists why a value of any type is no link; empty if it is one. */
export function linkProblems(link: unknown): Problem[] {
  return within('link', linkCheck(link));
}

/** Names of all counts of a link. */
const counters = ['sent', 'delivered', 'late', 'dropped', 'received', 'overflowed'] as const;
const counted = number({ min: 0, whole: true });

/** Counts as they are read. */
type Counts = Partial<Record<(typeof counters)[number], number>>;

/** Reads counts into `into`; whether they are counts. It makes nothing, since a stream has them read with each input. */
function areRead({ statistics }: Link, into: Counts): boolean {
  if (typeof statistics !== 'object') return false;
  for (let i = 0; i < counters.length; i++) {
    const name = counters[i]!;
    const value = statistics[name];
    if (value === undefined) {
      if (into[name] !== undefined) delete into[name];
    } else if (Number.isSafeInteger(value) && value >= 0) into[name] = value;
    else return false;
  }
  return true;
}

/** Reads what a link has counted by now into `into`, and gives it. */
function readCounts(link: Link, into: Counts): LinkStatistics {
  try {
    if (areRead(link, into)) return into;
  } catch {
    // What is wrong with it is told below.
  }
  return soundCounts(link, into);
}

function soundCounts(link: Link, into: Counts): LinkStatistics {
  const problems = readable(() => {
    const { statistics } = link;
    if (!isObject(statistics)) return object(statistics);
    return counters.flatMap((name) => {
      const value = statistics[name];
      if (value === undefined) delete into[name];
      else into[name] = value;
      return value === undefined ? [] : within(name, counted(value));
    });
  });
  if (problems.length === 0) return into;
  const what = problems.map((one) => problemText(one)).join('; ');
  throw new DeviceError('protocol', `the statistics of the link are none: ${what}`);
}

/**
 * Reads a link once, bound to it: its methods and what is known of its board are then what they were, and its counts are read anew each
 * time, with a `DeviceError` of code `protocol` where they are none. What is no link stays what {@link linkProblems} refuses.
 */
export function readLink<L extends Link>(given: L): L {
  const link = readAs(given, linkCheck);
  if (link === given || linkProblems(link).length > 0) return link;
  const told = {};
  return Object.defineProperties(link, {
    statistics: { get: () => readCounts(given, told) },
    closed: { get: () => given.closed },
    updates: { get: () => given.updates },
  });
}

/** Checks a time of a board as a host asks for it. */
export const timeCheck: Check = number({ min: 0, max: 2 ** 32 - 1, whole: true, unit: 'µs' });

/**
 * Refuses what is no time of a board, without making anything of one that is.
 *
 * @throws InvalidArgumentError
 */
export function refuseTime(at: unknown): void {
  if (Number.isInteger(at) && (at as number) >= 0 && (at as number) < 2 ** 32) return;
  const problems = within('at', timeCheck(at));
  if (problems.length > 0) throw new InvalidArgumentError('there is no such time', problems);
}

/** The events of a board that something is, whatever it does when it is read; undefined if it is none. */
function eventsOf(given: HardwareEvents): HardwareEvents | undefined {
  try {
    const { timestamps, words } = given;
    const are = timestamps instanceof Uint32Array && words instanceof Uint32Array;
    return are && timestamps.length === words.length ? { timestamps, words } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads events of a board once, and gives them.
 *
 * @throws InvalidArgumentError if they are none
 */
export function soundEvents(given: HardwareEvents): HardwareEvents {
  const events = eventsOf(given);
  if (events !== undefined) return events;
  throw new InvalidArgumentError('these are no events', [
    fault('events', 'wrong-type', 'timestamps and words, a Uint32Array each, as long, are needed'),
  ]);
}
