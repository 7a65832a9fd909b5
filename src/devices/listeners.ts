/** The listeners of a link: one that throws ends alone. */
import { DeviceError, InvalidArgumentError } from '../errors.ts';
import { having } from '../options.ts';
import { within } from '../problems.ts';
import { serial } from '../serial.ts';
import type { HardwareEvents, LinkListener } from './link.ts';

/** Listeners of a link. */
export interface Listeners {
  /** How many listen. */
  readonly size: number;
  /** Adds one until the returned function is called. */
  add(listener: LinkListener): () => void;
  /** Gives events to all. What comes of one that makes the board speak again is given after it, oldest first to each. */
  give(events: HardwareEvents): void;
  /** Tells all that nothing follows, and forgets them. */
  close(cause?: DeviceError): void;
}

/** Someone who listens. */
interface Entry {
  readonly listener: LinkListener;
}

/** Makes an empty set of listeners. */
export function linkListeners(): Listeners {
  /** Those who listen, never written again; each is an object of its own, so that one listener may be added twice. */
  let entries: readonly Entry[] = [];
  const remove = (entry: Entry): void => {
    entries = entries.filter((each) => each !== entry);
  };
  /** Calls a listener that must not take others with it. */
  const tell = (entry: Entry, cause?: DeviceError): void => {
    remove(entry);
    try {
      entry.listener.closed?.(cause);
    } catch {
      // It is told nothing more; what it throws now has nobody to go to.
    }
  };
  return {
    get size() {
      return entries.length;
    },
    add(listener) {
      const problems = within('listener', having('a listener', 'events')(listener));
      if (problems.length > 0) throw new InvalidArgumentError('nobody listens', problems);
      const entry = { listener };
      entries = [...entries, entry];
      return () => remove(entry);
    },
    give: serial((events) => {
      // Those who listen may be others meanwhile.
      const all = entries;
      for (let i = 0; i < all.length; i++) {
        const entry = all[i]!;
        if (!entries.includes(entry)) continue;
        try {
          entry.listener.events(events);
        } catch (cause) {
          const what = 'this listener threw, and is given nothing more; the link goes on';
          tell(entry, new DeviceError('disconnected', what, { cause }));
        }
      }
    }),
    close(cause) {
      for (const entry of entries) tell(entry, cause);
    },
  };
}
