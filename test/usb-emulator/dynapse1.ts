/** A DYNAP-SE1 board in software, which computes: its CAM, SRAM and biases drive neurons with four dendrites. */
import type { Clock } from 'spikeline/devices';
import { neuronOfWord } from '#src/chips/dynapse1/board';
import { emptyChip } from '#src/chips/dynapse1/configuration';
import { dynapse1 as family } from '#src/chips/dynapse1/family';
import { camEntry, isCamWord, isSramWord, sramEntry } from '#src/chips/dynapse1/words';
import type { CircuitModel, MemoryWords } from '#src/chips/family';
import { type Chips, wireChips } from '#src/devices/virtual/chips';
import { referenceEngine } from '#src/neurons/engine';
import { wordBytes } from './davis346.ts';
import { stimulus } from './dynapse1-stimulus.ts';
import { registers } from './registers.ts';
import type { Answer, SoftwareDevice } from './software-device.ts';

/** What a board is made of. */
export interface SoftwareBoardConfig {
  readonly clock: Clock;
  /** Step of its circuits, seconds; 1 ms if left out. */
  readonly dt?: number;
  /** Bytes that it holds for the host; 65536 if left out. */
  readonly room?: number;
  /** Time that its clock shows after it was set to zero, microseconds; 0 if left out. */
  readonly startTime?: number;
  /** Which word for its chips it refuses, counted from 1. */
  readonly refused?: number;
  /** Whether it counts events; yes if left out. */
  readonly counts?: boolean;
  readonly model?: CircuitModel;
  /** Is told of each event that the generator of spikes plays, with its board time. */
  readonly played?: (time: number, word: number) => void;
}

/** A board in software. */
export interface SoftwareBoard extends SoftwareDevice {
  /** Sends bytes as they are, in one transfer. */
  send(bytes: Uint8Array): void;
  /** Has the next transfer halt. */
  halt(): void;
  /** Words that its chips were given, in order. */
  readonly written: readonly number[];
  /** Events that found no room on their way to the host. */
  readonly dropped: number;
}

const period = 0x8000;
const codes = [1, 2, 5, 6];

/** Whether a memory holds anything: a loop, since boards look at all of it whenever a word was written. */
function hasWords(memory: Uint32Array): boolean {
  for (let at = 0; at < memory.length; at++) if (memory[at] !== 0) return true;
  return false;
}

/** Makes a board that was just switched on. */
export function dynapse1(config: SoftwareBoardConfig): SoftwareBoard {
  const { clock, dt = 1e-3, room = 65_536, startTime = 0, counts = true } = config;
  const stepMicros = Math.round(dt * 1e6);
  const memories = Array.from({ length: 4 }, () => emptyChip());
  const written: number[] = [];
  let confirmed = true;
  let chips: Chips | undefined;
  let stale = true;
  /** Whether words were written since the last step. */
  let writing = false;
  /** Host time at which the board's clock was at 0, milliseconds. */
  let zero = clock.now();
  let stepped = 0;
  let turn = 0;
  let lastTime = -1;
  let dropped = 0;
  let timer: { unsubscribe(): void } | undefined;
  let ready = (): void => {};
  /** Words that wait for the host, with the time since which the oldest waits. */
  let waiting: number[] = [];
  let since = 0;
  const whole: Answer[] = [];

  const now = (): number => startTime + Math.floor((clock.now() - zero) * 1000);
  const state = registers(
    [
      [6, 0, 5],
      [6, 1, 64],
      [6, 2, 1],
      [6, 3, 90],
      [1, 40, Number(counts)],
      [0, 10, Number(counts)],
    ],
    (module, parameter, value) => {
      generators.written(module, parameter, value, now());
      if (module === 0 && parameter === 2 && value === 1) resetTime();
      if (running() && timer === undefined) {
        stepped = now();
        tick();
      }
    },
  );
  const generators = stimulus(state);
  const running = (): boolean =>
    [
      [0, 0],
      [0, 1],
      [1, 3],
      [5, 0],
      [9, 0],
    ].every(([module, parameter]) => state.get(module!, parameter!) === 1);

  const put = (...words: readonly number[]): void => {
    if (waiting.length === 0) since = clock.now();
    waiting.push(...words);
  };
  /** Lets what waits be as old as an event: circuits that are computed in steps tell it at the end of one. */
  const ageTo = (time: number): void => {
    since = Math.min(since, zero + (time - startTime) / 1000);
  };
  /** Says a time: its wraps, and itself if an event follows. */
  const say = (time: number): void => {
    for (let left = Math.floor(time / period) - turn; left > 0; left -= 0xfff) {
      put(0x7000 | Math.min(left, 0xfff));
      lastTime = -1;
    }
    turn = Math.floor(time / period);
  };
  const resetTime = (): void => {
    put(1);
    zero = clock.now();
    [turn, lastTime, stepped] = [0, -1, startTime];
    say(startTime);
  };
  const spike = (time: number, word: number): void => {
    if (2 * waiting.length + 8 > room) {
      dropped++;
      state.set(1, 46, dropped);
      return;
    }
    say(time);
    if (time !== lastTime) put(0x8000 | (time % period));
    lastTime = time;
    const { chip, core, neuron } = neuronOfWord(word)!;
    put((codes[core]! << 12) | (neuron << 4) | (chip + 1));
    ageTo(time);
  };
  const wire = (): void => {
    stale = false;
    // A chip whose neurons listen to nothing has nothing to compute.
    const used = memories.map(({ cam, sram, biases }) =>
      hasWords(cam) ? { cam, sram, biases } : { cam, biases, sram: new Uint32Array(sram.length) },
    ) as unknown as MemoryWords[];
    const silicon = {
      model: config.model ?? 'dynapSe2',
      mismatch: { fraction: 0 },
      seed: 0,
      dt,
      engine: referenceEngine,
    } as const;
    chips = wireChips(family, used, silicon);
  };
  const step = (): void => {
    // While words are written, circuits change all the time: they are made once it is over.
    if (stale && !writing) wire();
    writing = false;
    generators.until(stepped + stepMicros, (word, time) => {
      chips?.take(word);
      if (time !== undefined) config.played?.(time, word);
    });
    const fired: number[] = [];
    if (!stale) chips!.step((word) => fired.push(word));
    for (const [i, word] of fired.entries()) {
      spike(stepped + Math.floor((i * stepMicros) / fired.length), word);
    }
    stepped += stepMicros;
    say(stepped);
  };
  /** Whether what waits is due, though it does not fill a packet. */
  const due = (): boolean => waiting.length > 0 && clock.now() - since >= state.get(9, 1) / 30_000;
  /** Does what was due by now: a board never lags, as this process may. */
  const catchUp = (): void => {
    while (running() && stepped + stepMicros <= now()) step();
    if (whole.length > 0 || due()) ready();
  };
  const tick = (): void => {
    timer = undefined;
    catchUp();
    if (running()) timer = clock.schedule(tick, 0.5);
  };
  const take = (word: number): void => {
    written.push(word);
    if (written.length === config.refused) {
      confirmed = false;
      return;
    }
    const own = memories[[0, 8, 4, 12].indexOf(state.get(5, 1))]!;
    stale = true;
    writing = true;
    if (isCamWord(word)) {
      const { neuron, entry, tag } = camEntry(word);
      own.cam[neuron * 64 + entry] = tag === 0 ? 0 : word;
    } else if (isSramWord(word)) {
      const { neuron, entry, cores } = sramEntry(word);
      own.sram[neuron * 4 + entry] = cores === 0 ? 0 : word;
    } else {
      const at = own.biases.findIndex((one) => one >>> 18 === word >>> 18);
      if (at >= 0 && (word & 0x10000) !== 0) own.biases[at] = word;
    }
  };
  const end = (): void => {
    timer?.unsubscribe();
    timer = undefined;
    waiting = [];
    whole.length = 0;
  };
  return {
    identity: {
      vendorId: 0x152a,
      productId: 0x841d,
      version: 3,
      manufacturer: 'iniLabs',
      product: 'DYNAP-se',
      serial: '00000042',
      endpoint: 2,
    },
    written,
    get dropped() {
      return dropped;
    },
    control(setup, data) {
      const { kind, request, value } = setup;
      catchUp();
      if (request === 0xc6 && kind === 0x40) {
        const view = new DataView(data.buffer, data.byteOffset, data.length);
        confirmed = true;
        for (let i = 0; i < value; i++) take(view.getUint32(6 * i + 2));
        return new Uint8Array();
      }
      if (request === 0xc6) return Uint8Array.of(0xc6, confirmed ? 0 : 1);
      return state.control(setup, data) ?? 'stall';
    },
    pull(length) {
      if (whole.length > 0) return whole.shift();
      if (2 * waiting.length < length && !due()) return undefined;
      const part = waiting.splice(0, length >> 1);
      since = clock.now();
      return wordBytes(part);
    },
    onReady(listener) {
      ready = listener;
    },
    send(bytes) {
      whole.push(bytes);
      ready();
    },
    halt() {
      whole.push('stall');
      ready();
    },
    closed() {
      end();
      // What runs stops with its host.
      for (const [module, parameter] of [
        [0, 0],
        [0, 1],
        [1, 3],
        [5, 0],
        [9, 0],
        [16, 0],
        [18, 0],
      ]) {
        state.set(module!, parameter!, 0);
      }
    },
    dispose: end,
  };
}
