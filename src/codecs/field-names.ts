/** What programs call the fields of events. */

/** A field of an event: time, column, row, polarity. */
export type EventField = 't' | 'x' | 'y' | 'p';

/** Names that are known wherever fields have names, in small letters. */
export const fieldNames: Readonly<Record<string, EventField>> = {
  t: 't',
  ts: 't',
  time: 't',
  timestamp: 't',
  timestamps: 't',
  x: 'x',
  xs: 'x',
  y: 'y',
  ys: 'y',
  p: 'p',
  ps: 'p',
  on: 'p',
  pol: 'p',
  polarity: 'p',
};
