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

/** Makes an empty set of listeners. */
export function linkListeners(): Listeners {
  // Each entry is an object of its own, so that one listener may be added twice.
  const entries = new Set<{ readonly listener: LinkListener }>();
  /** Calls a listener that must not take others with it. */
  const tell = (entry: { readonly listener: LinkListener }, cause?: DeviceError): void => {
    entries.delete(entry);
    try {
      entry.listener.closed?.(cause);
    } catch {
      // It is told nothing more; what it throws now has nobody to go to.
    }
  };
  return {
    get size() {
      return entries.size;
    },
    add(listener) {
      const problems = within('listener', having('a listener', 'events')(listener));
      if (problems.length > 0) throw new InvalidArgumentError('nobody listens', problems);
      const entry = { listener };
      entries.add(entry);
      return () => entries.delete(entry);
    },
    give: serial((events) => {
      for (const entry of [...entries]) {
        if (!entries.has(entry)) continue;
        try {
          entry.listener.events(events);
        } catch (cause) {
          const what = 'this listener threw, and is given nothing more; the link goes on';
          tell(entry, new DeviceError('disconnected', what, { cause }));
        }
      }
    }),
    close(cause) {
      for (const entry of [...entries]) tell(entry, cause);
    },
  };
}
