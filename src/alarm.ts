/** Alarms at fractions of a millisecond, which timers of the event loop do not know. */

/** Work that waits for its time. */
interface Alarm {
  /** Time of `performance.now()`. */
  readonly due: number;
  /** How long before it nobody naps any more, milliseconds. */
  readonly awake: number;
  readonly work: () => void;
}

/** Timers may come this much late, milliseconds: from then on an alarm is waited for in short naps. */
const vigil = 1.25;

/** Longest nap, milliseconds: others of the event loop wait for it. */
const longestNap = 0.4;

/** By how much a nap may last longer than it was to, milliseconds: so much is spent awake, unless the alarm says otherwise. */
const oversleep = 0.08;

/** Longest time spent awake without a turn of the event loop, milliseconds: each turn leaves garbage. */
const longestWatch = 0.05;

/** A turn of the event loop in which somebody else did something takes longer, milliseconds: then nobody naps. */
const idleTurn = 0.03;

const machineTimer = globalThis.setTimeout;

/** Whether the machine can do better than its timers, and they are its own: tests put others in their place. */
function precise(): boolean {
  return typeof setImmediate === 'function' && globalThis.setTimeout === machineTimer;
}

/** Alarms that are set, the next one last. */
const alarms: Alarm[] = [];
/** What wakes us next: a timer long before an alarm, a turn of the event loop shortly before it. */
let timer: ReturnType<typeof setTimeout> | undefined;
let timerAt = Number.POSITIVE_INFINITY;
let turning = false;
/** When the last turn ended that found nothing to do. */
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

/** Waits for a time for which no nap is short enough. The clock is not looked at all the time: each look leaves garbage. */
function stayAwake(until: number): void {
  while (performance.now() < until) {
    for (let i = 0; i < 200; i++) Atomics.load(pillow, 0);
  }
}

function arm(now: number): void {
  const next = alarms.at(-1);
  if (next === undefined || turning) return;
  const left = next.due - now;
  if (left <= vigil + 1) {
    turning = true;
    setImmediate(turn);
  } else if (next.due < timerAt) {
    clearTimeout(timer);
    timerAt = next.due;
    timer = setTimeout(wake, Math.floor(left - vigil));
  }
}

function wake(): void {
  timer = undefined;
  timerAt = Number.POSITIVE_INFINITY;
  arm(performance.now());
}

function turn(): void {
  turning = false;
  const next = alarms.at(-1);
  if (next === undefined) return;
  const now = performance.now();
  const left = next.due - now;
  const { awake } = next;
  if (left > Math.min(awake, oversleep)) {
    // Who has come straight here again keeps nobody waiting.
    if (now - idleSince < idleTurn) {
      if (left > awake) nap(Math.min(longestNap, left - awake));
      else stayAwake(now + Math.min(longestWatch, left - oversleep));
    }
    idleSince = performance.now();
    arm(idleSince);
    return;
  }
  stayAwake(next.due);
  idleSince = Number.NaN;
  alarms.pop();
  try {
    next.work();
  } finally {
    arm(performance.now());
  }
}

/**
 * Calls `work` once, after `delay` milliseconds or a little later, unless the returned function is called before.
 *
 * @param awake how long before it nobody naps any more, milliseconds: the longer, the more exact, and the more of a core it takes
 */
export function setAlarm(work: () => void, delay: number, awake: number = oversleep): () => void {
  if (!precise()) {
    const plain = setTimeout(work, delay);
    return () => clearTimeout(plain);
  }
  const now = performance.now();
  const alarm = { due: now + Math.max(0, delay), awake, work };
  let at = alarms.length;
  while (at > 0 && alarms[at - 1]!.due <= alarm.due) at--;
  alarms.splice(at, 0, alarm);
  arm(now);
  return () => {
    const found = alarms.indexOf(alarm);
    if (found >= 0) alarms.splice(found, 1);
    if (alarms.length === 0) {
      clearTimeout(timer);
      timer = undefined;
      timerAt = Number.POSITIVE_INFINITY;
    }
  };
}
