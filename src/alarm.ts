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
    moments[timerAt] = Number.POSITIVE_INFINITY;
  }
}

/** Timers may come this much late, milliseconds: from then on an alarm is waited for in short naps. */
const vigil = 1.25;

/** Longest nap, milliseconds: others of the event loop wait for it. */
const longestNap = 0.4;

/** By how much a nap may last longer than it was to, milliseconds: so much is spent awake, unless the alarm says otherwise. */
const oversleep = 0.08;

/** Longest time spent awake without a turn of the event loop, milliseconds, while others use it, and while nobody does: each turn leaves garbage. */
const [longestWatch, longestLoneWatch] = [0.1, longestNap];

/** A turn of the event loop in which somebody else did something takes longer, milliseconds: then nobody naps. */
const idleTurn = 0.03;

/** A turn takes less if nobody did anything; for how long nobody must have, so that nobody is expected to, milliseconds. */
const [loneTurn, loneTime] = [0.012, 4];

const machineTimer = globalThis.setTimeout;

/** Whether the machine can do better than its timers, and they are its own: tests put others in their place. */
function precise(): boolean {
  return typeof setImmediate === 'function' && globalThis.setTimeout === machineTimer;
}

/** The alarm that rings first; each knows the next, and among equals who came first is first. */
let first: Alarm | undefined;
/** What wakes us next: a timer long before an alarm, a turn of the event loop shortly before it. */
let timer: ReturnType<typeof setTimeout> | undefined;
let turning = false;
/**
 * When the timer is due, when the last turn ended, when somebody else did something last, and how many looks at memory take a millisecond. A variable would
 * leave garbage with every fraction that it is given.
 */
const moments = Float64Array.of(
  Number.POSITIVE_INFINITY,
  Number.NaN,
  Number.NEGATIVE_INFINITY,
  1e4,
);
const [timerAt, idleSince, othersAt, pace] = [0, 1, 2, 3] as const;
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

/**
 * Looks at memory between two looks at the clock: at least, and as a share of what is left, so that nobody is late on a core that becomes slower meanwhile.
 * How much is kept of a pace that does not show any more.
 */
const [fewestLooks, share, kept] = [100, 0.6, 0.9];

/** Waits for a time for which no nap is short enough; gives the time after that. The clock is not looked at all the time: each look leaves garbage. */
function stayAwake(now: number, until: number): number {
  while (now < until) {
    // A whole number: before it is compiled, a loop over fractions leaves garbage too.
    const looks = Math.max(fewestLooks, share * (until - now) * moments[pace]!) | 0;
    for (let left = looks; left > 0; left--) Atomics.load(pillow, 0);
    const then = performance.now();
    // Who was held up looks slow for a moment only.
    if (then > now) moments[pace] = Math.max(looks / (then - now), kept * moments[pace]!);
    now = then;
  }
  return now;
}

/** Longest delay of a timer of the machine, milliseconds: beyond it, it comes at once. */
const longestTimer = 2 ** 31 - 1;

function arm(now: number): void {
  if (first === undefined || turning) return;
  const left = first.due - now;
  if (left <= vigil + 1) {
    turning = true;
    setImmediate(turn);
  } else if (first.due < moments[timerAt]!) {
    clearTimeout(timer);
    moments[timerAt] = first.due;
    timer = setTimeout(wake, Math.min(longestTimer, Math.floor(left - vigil)));
  }
}

function wake(): void {
  timer = undefined;
  moments[timerAt] = Number.POSITIVE_INFINITY;
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
  if (nappable <= 0) {
    const lone = now - moments[othersAt]! > loneTime;
    return stayAwake(now, now + Math.min(lone ? longestLoneWatch : longestWatch, left - oversleep));
  }
  nap(Math.min(longestNap, nappable));
  return performance.now();
}

function turn(): void {
  turning = false;
  if (first === undefined) return;
  const next = first;
  let now = performance.now();
  const passed = now - moments[idleSince]!;
  if (!(passed < loneTurn)) moments[othersAt] = now;
  // Who has come straight here again keeps nobody waiting.
  if (passed < idleTurn) now = rest(next, now);
  if (next.due - now <= Math.min(next.awake, oversleep)) {
    now = stayAwake(now, next.due);
    first = next.next;
    // Whoever keeps an alarm keeps no others.
    next.next = undefined;
    try {
      next.work();
    } finally {
      now = performance.now();
    }
  }
  moments[idleSince] = now;
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
