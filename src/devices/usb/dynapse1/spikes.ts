/** The spikes that a DYNAP-SE1 board sends. */
import { outputWord } from '../../../chips/dynapse1/board.ts';
import { type GrowingEvents, growingEvents } from '../growing.ts';
import { type WordReader, type WordTime, wordReader } from '../stream-words.ts';

/** Core of each code; the codes 3 and 4 are not defined. */
const cores = [-1, 0, 1, -1, -1, 2, 3];

/** Reads the spikes of a board. */
export interface SpikeReader extends WordTime {
  /** Reads a transfer, and gives its spikes: times in microseconds from the beginning, words as the chip family has them. */
  read(bytes: Uint8Array): ReturnType<GrowingEvents['take']>;
}

/** Makes a reader of spikes, which follows the time over all transfers. */
export function spikeReader(): SpikeReader {
  const events = growingEvents();
  const first = outputWord({ chip: 0, core: 0, neuron: 0 });
  const words: WordReader = wordReader({
    word(code, data) {
      const core = cores[code]!;
      const chip = (data & 15) - 1;
      if (core < 0 || chip < 0 || chip > 3) words.counts.unknown++;
      else events.push(words.now, first | (chip << 10) | (core << 8) | (data >> 4));
    },
    mark() {
      words.counts.unknown++;
    },
  });
  return {
    get now() {
      return words.now;
    },
    get epoch() {
      return words.epoch;
    },
    counts: words.counts,
    read(bytes) {
      words.read(bytes);
      return events.take();
    },
  };
}
