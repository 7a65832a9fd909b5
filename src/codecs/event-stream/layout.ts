/** What decoder and encoder of Event Stream know of its four kinds of events. */
import { type PixelSpace, pixels } from '../../events/space.ts';

/** Kind of the events of a file. */
export type EventStreamKind = 'generic' | 'dvs' | 'atis' | 'colour';

/** The kinds by their number in the header. */
export const kinds: readonly (EventStreamKind | undefined)[] = [
  'generic',
  'dvs',
  'atis',
  undefined,
  'colour',
];

/** First bytes of a file. */
export const signature: Uint8Array = new TextEncoder().encode('Event Stream');

/** Bytes of signature, version and kind. */
export const plainHeaderBytes = 16;
/** Bytes with width and height, which all kinds but generic have. */
export const sizedHeaderBytes = 20;

/** Space of events that are no pixels: one place without polarity. */
export const genericSpace: PixelSpace = pixels(1, 1);
