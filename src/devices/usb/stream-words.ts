/** The 16-bit words that a DYNAP-SE1 board and DAVIS cameras send: their time is told the same way by all of them. */

/** What became of words that say nothing that is passed on. */
export interface WordCounts {
  /** Words that no board sends. */
  unknown: number;
  /** Bytes at the end of a transfer that make no word. */
  oddBytes: number;
  /** Times that the board's clock was set back to zero. */
  resets: number;
}

/** Where a stream stands. */
export interface WordTime {
  /** Microseconds from the beginning: what has passed before the last reset is kept, so that time never goes back. */
  now: number;
  /** Microseconds at the last reset. */
  epoch: number;
  readonly counts: WordCounts;
}

/** Takes words that are no time; `code` is in bits 14 to 12, `data` in the others. */
export interface WordTaker {
  /** Takes a word of one of the codes 1 to 6. */
  word(code: number, data: number): void;
  /** Takes a mark, code 0, other than a reset. */
  mark(data: number): void;
}

/** Reads words that come in transfers. */
export interface WordReader extends WordTime {
  /** Reads a transfer; a byte at its end that makes no word is counted. */
  read(bytes: Uint8Array): void;
}

/** Microseconds that a timestamp of 15 bits counts. */
const period = 0x8000;

/** Makes a reader. Timestamps and wraps are followed here, to 53 bits; all else goes to `taker`. */
export function wordReader(taker: WordTaker): WordReader {
  /** Of the wraps alone. */
  let base = 0;
  const reader: WordReader = {
    now: 0,
    epoch: 0,
    counts: { unknown: 0, oddBytes: 0, resets: 0 },
    read(bytes) {
      const whole = bytes.length & ~1;
      reader.counts.oddBytes += bytes.length - whole;
      for (let at = 0; at < whole; at += 2) {
        const word = bytes[at]! | (bytes[at + 1]! << 8);
        if (word >= 0x8000) {
          const time = base + (word & 0x7fff);
          // A board that says an earlier time without a wrap is not believed.
          if (time >= reader.now) reader.now = time;
          else reader.counts.unknown++;
          continue;
        }
        const code = word >> 12;
        const data = word & 0xfff;
        if (code === 7) {
          base += data * period;
          reader.now = base;
        } else if (code !== 0) taker.word(code, data);
        else if (data !== 1) taker.mark(data);
        else {
          reader.counts.resets++;
          reader.epoch = reader.now;
          base = reader.now;
        }
      }
    },
  };
  return reader;
}
