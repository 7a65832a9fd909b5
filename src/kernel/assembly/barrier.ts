/** Where threads wait for each other. */
@unmanaged
export class Barrier {
  /** Threads that have come. */
  arrived: u32;
  /** How often all have come. */
  round: u32;
  /** Not zero where all are to stop. */
  stop: u32;
  /** The next piece of work that nobody has taken. */
  next: u32;
}

/** Looks before a thread goes to sleep: half a millisecond, as waking up takes longer than most waits do. */
const SPINS = 100_000;

/** Nanoseconds of sleep before a thread looks for itself. */
const PATIENCE: i64 = 100_000_000;

/** Takes a piece of the work that lies before the next meeting, and gives its number. */
export function take(barrier: Barrier): u32 {
  return atomic.add<u32>(changetype<usize>(barrier), 1, 12);
}

/** How often all have met. */
export function meetings(barrier: Barrier): u32 {
  return atomic.load<u32>(changetype<usize>(barrier), 4);
}

/** Whether all are to stop. */
export function isStopped(barrier: Barrier): bool {
  return atomic.load<u32>(changetype<usize>(barrier), 8) != 0;
}

/** Waits until all `threads` have come. Returns false where they are to stop. */
export function meet(barrier: Barrier, threads: u32): bool {
  const at = changetype<usize>(barrier);
  const round = atomic.load<u32>(at, 4);
  if (atomic.add<u32>(at, 1) + 1 == threads) {
    atomic.store<u32>(at, 0);
    atomic.store<u32>(at, 0, 12);
    atomic.store<u32>(at, round + 1, 4);
    atomic.notify(at + 4, -1);
  } else {
    for (let k = 0; k < SPINS && atomic.load<u32>(at, 4) == round; k++) {}
    while (atomic.load<u32>(at, 4) == round && atomic.load<u32>(at, 8) == 0) {
      atomic.wait<u32>(at + 4, round, PATIENCE);
    }
  }
  return !isStopped(barrier);
}
