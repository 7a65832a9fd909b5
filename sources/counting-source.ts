/** What sources share that count what they could not give. */
import type { Observable } from 'rxjs';
import type { Losses } from '../src/events/losses.ts';

/** A source that counts what was lost on the way to it, and what it was given that is no item of the stream. */
export type CountingSource<Item> = Observable<Item> & {
  /** Counts of all subscriptions, by reason; each source says which reasons it has. */
  readonly losses: Losses;
};
