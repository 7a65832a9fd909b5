/** What the logic of a software DYNAP-SE1 board sends to its chips by itself: the generator of spikes, and those of noise. */
import { inputWord } from '#src/chips/dynapse1/board';
import { poissonStep } from '#src/devices/usb/dynapse1/calls';
import type { Registers } from './registers.ts';

/** Stimulus of a board. */
export interface Stimulus {
  /** Learns that a register was written, at a board time, microseconds. */
  written(module: number, parameter: number, value: number, now: number): void;
  /** Gives the words of events that reach the chips before a time, oldest first, with the time of those that were written. */
  until(end: number, give: (word: number, time?: number) => void): void;
}

const deviceChips = [0, 8, 4, 12];

/** Makes the generators of a board. Each word of the memory that is an event is followed by the time before it. */
export function stimulus(registers: Pick<Registers, 'get'>): Stimulus {
  const memory = new Uint16Array(1 << 19);
  const rates = new Map<number, Float64Array>();
  let pointer = 0;
  let playing: { time: number; word: number }[] = [];
  let before = 0;
  let seed = 1;
  const random = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  /** Word of the chip family for an event of the generator. */
  const wordOf = (chip: number, event: number): number =>
    inputWord({
      chip,
      cores: event & 15,
      tag: (((event >> 4) & 3) << 8) | ((event >> 6) & 255),
    });
  const play = (now: number): void => {
    const [variable, base, count] = [1, 2, 3].map((at) => registers.get(16, at));
    const step = registers.get(16, 5) / 90;
    const fixed = registers.get(16, 4);
    let time = now;
    const train = Array.from({ length: count! + 1 }, (_, i) => {
      const at = base! + (variable === 1 ? 2 * i : i);
      time += (variable === 1 ? memory[at + 1]! : fixed) * step;
      return { time: Math.round(time), word: wordOf(0, memory[at]!) };
    });
    playing.push(...train);
  };
  /** Ends what is played: what was to come is not played any more. */
  const stop = (now: number): void => {
    playing = playing.filter(({ time }) => time <= now);
  };
  return {
    written(module, parameter, value, now) {
      if (module === 14 && registers.get(14, 4) === 1) {
        if (parameter === 1) {
          memory[value] = registers.get(14, 3);
          pointer = value;
        } else if (parameter === 3 && registers.get(14, 5) === 1) {
          memory[pointer++] = value & 0xffff;
          memory[pointer++] = value >>> 16;
        }
      } else if (module === 16 && parameter === 0) {
        stop(now);
        if (value === 1) play(now);
      } else if (module === 18 && parameter === 1) {
        const chip = deviceChips.indexOf(registers.get(18, 3));
        const own = rates.get(chip) ?? new Float64Array(1024);
        rates.set(chip, own);
        own[value] = registers.get(18, 2) * poissonStep;
      }
    },
    until(end, give) {
      let played = 0;
      while (played < playing.length && playing[played]!.time < end) {
        const { word, time } = playing[played++]!;
        give(word, time);
      }
      playing.splice(0, played);
      const span = Math.max(0, end - before) * 1e-6;
      before = end;
      if (registers.get(18, 0) !== 1) return;
      for (const [chip, own] of rates) {
        for (const [source, rate] of own.entries()) {
          if (rate > 0 && random() < rate * span) give(inputWord({ chip, cores: 15, tag: source }));
        }
      }
    },
  };
}
