/** Room for the events of one transfer, used again for the next: times and words side by side. */
import { reals, wholes } from '../../events/blocks.ts';

/** Events that are being gathered. */
export interface GrowingEvents {
  readonly size: number;
  /** Adds an event. */
  push(time: number, word: number): void;
  /** What was gathered, in arrays of its own; nothing is left. */
  take(): { readonly times: Float64Array; readonly words: Uint32Array };
}

/** Makes room, which grows to what the largest transfer needs. */
export function growingEvents(): GrowingEvents {
  let times = new Float64Array(4096);
  let words = new Uint32Array(4096);
  let size = 0;
  const grow = (): void => {
    const [before, wordsBefore] = [times, words];
    times = new Float64Array(size * 2);
    words = new Uint32Array(size * 2);
    times.set(before);
    words.set(wordsBefore);
  };
  return {
    get size() {
      return size;
    },
    push(time, word) {
      if (size === times.length) grow();
      times[size] = time;
      words[size++] = word;
    },
    take() {
      const taken = { times: reals(size), words: wholes(size) };
      taken.times.set(times.subarray(0, size));
      taken.words.set(words.subarray(0, size));
      size = 0;
      return taken;
    },
  };
}
