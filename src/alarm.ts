/** Alarms at fractions of a millisecond, which timers of the event loop do not know. */

/** Work that waits for its time; it can be taken back. */
class Alarm {
  /** Time of `performance.now()`. */
  readonly due: number;
  /** How long before it nobody naps any more, milliseconds. */
  readonly awake: number;
  readonly work: () => void;
  /** The alarm after it. */
  next: Alarm | undefined;

  constructor(due: number, awake: number, work: () => void) {
    this.due = due;
    this.awake = awake;
    this.work = work;
  }

  unsubscribe(): void {
    let before: Alarm | undefined;
    let each = first;
    while (each !== undefined && each !== this) {
      before = each;
      each = each.next;
    }
    if (each === undefined) return;
    if (before === undefined) first = this.next;
    else before.next = this.next;
    this.next = undefined;
    if (first !== undefined) return;
    clearTimeout(timer);
    timer = undefined;
    timerAt = Number.POSITIVE_INFINITY;
  }
}

/** Timers may come this much late, milliseconds: from then on an alarm is waited for in short naps. */
const vigil = 1.25;

/** Longest nap, milliseconds: others of the event loop wait for it. */
const longestNap = 0.4;

/** By how much a nap may last longer than it was to, milliseconds: so much is spent awake, unless the alarm says otherwise. */
const oversleep = 0.08;

/** Longest time spent awake without a turn of the event loop, milliseconds: each turn leaves garbage. */
const longestWatch = 0.1;

/** A turn of the event loop in which somebody else did something takes longer, milliseconds: then nobody naps. */
const idleTurn = 0.03;

const machineTimer = globalThis.setTimeout;

/** Whether the machine can do better than its timers, and they are its own: tests put others in their place. */
function precise(): boolean {
  return typeof setImmediate === 'function' && globalThis.setTimeout === machineTimer;
}

/** The alarm that rings first; each knows the next, and among equals who came first is first. */
let first: Alarm | undefined;
/** What wakes us next: a timer long before an alarm, a turn of the event loop shortly before it. */
let timer: ReturnType<typeof setTimeout> | undefined;
let timerAt = Number.POSITIVE_INFINITY;
let turning = false;
/** When the last turn ended. */
let idleSince = Number.NaN;
let canNap = true;
const pillow = new Int32Array(
  typeof SharedArrayBuffer === 'function' ? new SharedArrayBuffer(4) : new ArrayBuffer(4),
);

/** Sleeps for a moment; a browser does not let its main thread. */
function nap(milliseconds: number): void {
  if (!canNap) return;
  try {
    Atomics.wait(pillow, 0, 0, milliseconds);
  } catch {
    canNap = false;
  }
}

/** How many looks at memory take less than some microseconds, and less than the last part of a wait. */
const [fewLooks, manyLooks, lastPart] = [500, 2500, 0.03];

/** Waits for a time for which no nap is short enough. The clock is not looked at all the time: each look leaves garbage. */
function stayAwake(until: number): void {
  for (let left = until - performance.now(); left > 0; left = until - performance.now()) {
    for (let looks = left > lastPart ? manyLooks : fewLooks; looks > 0; looks--) {
      Atomics.load(pillow, 0);
    }
  }
}

/** Longest delay of a timer of the machine, milliseconds: beyond it, it comes at once. */
const longestTimer = 2 ** 31 - 1;

function arm(now: number): void {
  if (first === undefined || turning) return;
  const left = first.due - now;
  if (left <= vigil + 1) {
    turning = true;
    setImmediate(turn);
  } else if (first.due < timerAt) {
    clearTimeout(timer);
    timerAt = first.due;
    timer = setTimeout(wake, Math.min(longestTimer, Math.floor(left - vigil)));
  }
}

function wake(): void {
  timer = undefined;
  timerAt = Number.POSITIVE_INFINITY;
  arm(performance.now());
}

/** How long nobody has to be awake for any alarm that is set, milliseconds. */
function leftToNap(now: number): number {
  let left = Number.POSITIVE_INFINITY;
  for (let each = first; each !== undefined; each = each.next) {
    left = Math.min(left, each.due - each.awake - now);
  }
  return left;
}

/** Waits for the first alarm for a moment, asleep if it may be; gives the time after that. */
function rest({ due, awake }: Alarm, now: number): number {
  const left = due - now;
  if (left <= Math.min(awake, oversleep)) return now;
  const nappable = leftToNap(now);
  if (nappable > 0) nap(Math.min(longestNap, nappable));
  else stayAwake(now + Math.min(longestWatch, left - oversleep));
  return performance.now();
}

function turn(): void {
  turning = false;
  if (first === undefined) return;
  const next = first;
  let now = performance.now();
  // Who has come straight here again keeps nobody waiting.
  if (now - idleSince < idleTurn) now = rest(next, now);
  if (next.due - now <= Math.min(next.awake, oversleep)) {
    stayAwake(next.due);
    first = next.next;
    // Whoever keeps an alarm keeps no others.
    next.next = undefined;
    try {
      next.work();
    } finally {
      now = performance.now();
    }
  }
  idleSince = now;
  arm(now);
}

/**
 * Calls `work` once, after `delay` milliseconds or a little later, unless it is unsubscribed before.
 *
 * @param awake how long before it nobody naps any more, milliseconds: the longer, the more exact, and the more of a core it takes
 */
export function setAlarm(
  work: () => void,
  delay: number,
  awake: number = oversleep,
): { unsubscribe(): void } {
  if (!precise()) {
    const plain = setTimeout(work, delay);
    return { unsubscribe: () => clearTimeout(plain) };
  }
  const now = performance.now();
  const alarm = new Alarm(now + Math.max(0, delay), awake, work);
  let before: Alarm | undefined;
  for (let each = first; each !== undefined && each.due <= alarm.due; each = each.next) {
    before = each;
  }
  alarm.next = before === undefined ? first : before.next;
  if (before === undefined) first = alarm;
  else before.next = alarm;
  arm(now);
  return alarm;
}
