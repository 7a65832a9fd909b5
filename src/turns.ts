/** Turns of the event loop: long work gives way to timers and to the outside. */

/** What can be called off. */
interface Turn {
  unsubscribe(): void;
}

/** Does `work` once timers and the outside have had their turn; sooner than a timer can, if the machine is able to. */
export function afterOthers(work: () => void): Turn {
  if (typeof setImmediate === 'function') {
    const turn = setImmediate(work);
    return { unsubscribe: () => clearImmediate(turn) };
  }
  const timer = setTimeout(work);
  return { unsubscribe: () => clearTimeout(timer) };
}
