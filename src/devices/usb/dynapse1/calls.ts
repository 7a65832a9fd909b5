/** What a DYNAP-SE1 board is asked to do, request by request, as the driver of its makers does it. */
import { DeviceError } from '../../../errors.ts';
import { checkLogic, type Fpga, fpga, messages, messagesAtOnce, timestampReset } from '../fpga.ts';
import { inTurn } from '../in-turn.ts';
import type { UsbPort } from '../port.ts';

/** What a board tells of itself. */
export interface Dynapse1Info {
  readonly logicVersion: number;
  /** Whether its clock is its own; else that of another device that it is wired to. */
  readonly isMaster: boolean;
  /** Clock of its logic, MHz. */
  readonly logicClock: number;
  /** Whether it counts events at its chips. */
  readonly countsAer: boolean;
  /** Whether it counts what it had to drop on the way to the host. */
  readonly countsDrops: boolean;
}

/** Events for the generator of spikes: words of source neuron, source core and cores, and what lies between them. */
export interface SpikeTrain {
  /** Where in the memory of the board it lies, in words of 16 bits. */
  readonly base: number;
  /** Events. */
  readonly count: number;
  /** Whether each event has the time before it, in the word that follows it. */
  readonly variable: boolean;
  /** Time between events if it is the same for all, in steps. */
  readonly interval: number;
  /** Length of a step, in ticks of 90 MHz. */
  readonly step: number;
  /** Whether it begins again when it has ended. */
  readonly repeat: boolean;
}

/** Calls of an open board. */
export interface Dynapse1Calls {
  readonly fpga: Fpga;
  readonly info: Dynapse1Info;
  /** Chooses the chip, 0 to 3, that words are written to. */
  chooseChip(chip: number): Promise<void>;
  /**
   * Writes words to the chosen chip, one request for so many; each is confirmed by the board.
   *
   * @throws DeviceError `protocol` if the chip refuses one
   */
  write(words: ArrayLike<number>, atOnce?: number): Promise<void>;
  /** Writes words of 16 bits into the memory of the board. */
  writeMemory(words: Uint16Array, base: number): Promise<void>;
  /** Starts to play a train of spikes to chip 0. */
  play(train: SpikeTrain): Promise<void>;
  /** Writes pairs of an event and the time before it, in microseconds, into the memory of the board, in few requests. */
  loadPairs(
    pairs: readonly (readonly [event: number, before: number])[],
    base: number,
  ): Promise<void>;
  /** Starts to play such pairs to chip 0, in one request. */
  playPairs(count: number, base: number): Promise<void>;
  stopPlaying(): Promise<void>;
  /** Chooses the chip, 0 to 3, that the generators of noise send to. */
  choosePoissonChip(chip: number): Promise<void>;
  /** Sets the rate of a generator of noise, 0 to 1023, in hertz. */
  setPoissonRate(source: number, rate: number): Promise<void>;
  runPoisson(on: boolean): Promise<void>;
  /** Chooses the chip, 0 to 3, whose synapses the logic of the board changes by itself. */
  chooseReconfigured(chip: number): Promise<void>;
  /** Sets how long a packet that is not full may wait, in steps of 125 µs. */
  setPacketDelay(steps: number): Promise<void>;
  /** Lets the chips be written to. */
  openChips(): Promise<void>;
  closeChips(): Promise<void>;
  /** Lets the board send; its stream is read already. */
  start(): Promise<void>;
  stop(): Promise<void>;
  resetTime(): Promise<void>;
  /** Events that the chips sent. */
  eventsSeen(): Promise<number>;
  /** Events that the board had no room for. */
  eventsDropped(): Promise<number>;
}

/** Modules of its logic. */
const module = {
  mux: 0,
  aer: 1,
  chip: 5,
  system: 6,
  usb: 9,
  memory: 14,
  reconfigure: 15,
  spikes: 16,
  poisson: 18,
} as const;

const writeChip = 0xc6;

/** Version of its logic that is known. */
const logic = 5;

/** How the board numbers its chips. */
const chipNumbers = [0, 8, 4, 12];

/** Ticks of the generator of spikes in a microsecond. */
const ticksOfMicro = 90;

/** Hertz of a step of the rates of its generators of noise. */
export const poissonStep = 0.06706;

/** Ticks of the clock of the host's bus in 125 µs, as the board counts them. */
const ticksOfDelay = 3750;

/** Steps that a packet that is not full waits if nothing else is asked for: 1 ms. */
export const usualPacketDelay = 8;

async function infoOf(port: UsbPort, registers: Fpga): Promise<Dynapse1Info> {
  const logicVersion = await registers.get(module.system, 0);
  checkLogic(port, logicVersion, logic);
  return {
    logicVersion,
    isMaster: (await registers.get(module.system, 2)) !== 0,
    logicClock: await registers.get(module.system, 3),
    countsAer: (await registers.get(module.aer, 40)) !== 0,
    countsDrops: (await registers.get(module.mux, 10)) !== 0,
  };
}

/** A port whose requests wait for each other: words and their confirmation belong together. */
function queued(port: UsbPort): UsbPort & { together: ReturnType<typeof inTurn> } {
  const together = inTurn();
  return {
    ...port,
    together,
    send: (...given) => together(() => port.send(...given)),
    ask: (...given) => together(() => port.ask(...given)),
  };
}

/**
 * Asks a board what it is, and gives what it can be told.
 *
 * @throws DeviceError `unsupported` if its logic is of another version
 */
export async function dynapse1Calls(open: UsbPort): Promise<Dynapse1Calls> {
  const port = queued(open);
  const registers = fpga(port);
  const { set, setAtOnce } = registers;
  const info = await infoOf(port, registers);
  const numberOf = (chip: number): number => chipNumbers[chip]!;
  return {
    fpga: registers,
    info,
    chooseChip: (chip) => set([[module.chip, 1, numberOf(chip)]]),
    async write(words, atOnce = messagesAtOnce) {
      for (let at = 0; at < words.length; at += atOnce) {
        const count = Math.min(atOnce, words.length - at);
        const some = Array.from({ length: count }, (_, i) => words[at + i]!);
        const bytes = messages(some.map((word) => [module.chip, 2, word] as const));
        const answer = await port.together(async () => {
          await open.send(writeChip, count, 0, bytes);
          return open.ask(writeChip, 0, 0, 2);
        });
        if (answer.getUint8(0) === writeChip && answer.getUint8(1) === 0) continue;
        const which = `words ${at} to ${at + count - 1} of ${words.length}`;
        throw new DeviceError(
          'protocol',
          `the chips did not take ${which}; configure the board again, or switch it off and on`,
        );
      }
    },
    async writeMemory(words, base) {
      const { length } = words;
      if (length % 2 === 1) {
        await set([
          [module.memory, 4, 1],
          [module.memory, 3, words[length - 1]!],
          [module.memory, 1, base + length - 1],
        ]);
      }
      const pairs = length >> 1;
      if (pairs === 0) return;
      await set([
        [module.memory, 4, 1],
        [module.memory, 3, 0],
        [module.memory, 1, base],
        [module.memory, 5, 1],
      ]);
      await setAtOnce(
        Array.from({ length: pairs }, (_, i) => [
          module.memory,
          3,
          ((words[2 * i + 1]! << 16) | words[2 * i]!) >>> 0,
        ]),
      );
      await set([[module.memory, 5, 0]]);
    },
    play: ({ base, count, variable, interval, step, repeat }) =>
      set([
        [module.spikes, 4, interval],
        [module.spikes, 5, step],
        [module.spikes, 1, Number(variable)],
        [module.spikes, 2, base],
        [module.spikes, 3, count - 1],
        [module.spikes, 0, 1],
        [module.spikes, 6, Number(repeat)],
      ]),
    loadPairs: (pairs, base) =>
      setAtOnce([
        [module.memory, 4, 1],
        [module.memory, 3, 0],
        [module.memory, 1, base],
        [module.memory, 5, 1],
        ...pairs.map(
          ([event, before]) => [module.memory, 3, ((before << 16) | event) >>> 0] as const,
        ),
        [module.memory, 5, 0],
      ]),
    playPairs: (count, base) =>
      setAtOnce([
        [module.spikes, 0, 0],
        [module.spikes, 4, 0],
        [module.spikes, 5, ticksOfMicro],
        [module.spikes, 1, 1],
        [module.spikes, 2, base],
        [module.spikes, 3, count - 1],
        [module.spikes, 6, 0],
        [module.spikes, 0, 1],
      ]),
    stopPlaying: () => set([[module.spikes, 0, 0]]),
    choosePoissonChip: (chip) => set([[module.poisson, 3, numberOf(chip)]]),
    setPoissonRate: (source, rate) =>
      set([
        [module.poisson, 2, Math.floor(rate / poissonStep)],
        [module.poisson, 1, source],
      ]),
    runPoisson: (on) => set([[module.poisson, 0, Number(on)]]),
    chooseReconfigured: (chip) => set([[module.reconfigure, 3, numberOf(chip)]]),
    setPacketDelay: (steps) => set([[module.usb, 1, steps * ticksOfDelay]]),
    async openChips() {
      await set([
        [module.mux, 3, 0],
        [module.mux, 4, 0],
        [module.aer, 4, 0],
        [module.aer, 6, 0],
        [module.aer, 8, 0],
        [module.aer, 10, 0],
        [module.chip, 3, 30],
        [module.chip, 4, 30],
        [module.usb, 1, usualPacketDelay * ticksOfDelay],
        [module.chip, 0, 1],
        [module.aer, 3, 1],
      ]);
    },
    closeChips: () =>
      set([
        [module.chip, 0, 0],
        [module.aer, 3, 0],
      ]),
    start: () =>
      set([
        [module.usb, 0, 1],
        [module.mux, 0, 1],
        [module.mux, 1, 1],
        [module.chip, 0, 1],
        [module.aer, 3, 1],
      ]),
    stop: () =>
      set([
        [module.chip, 0, 0],
        [module.aer, 3, 0],
        [module.mux, 3, 0],
        [module.mux, 1, 0],
        [module.mux, 0, 0],
        [module.usb, 0, 0],
      ]),
    resetTime: () => setAtOnce(timestampReset),
    eventsSeen: () => registers.get64(module.aer, 41),
    async eventsDropped() {
      const aer = info.countsAer ? await registers.get64(module.aer, 45) : 0;
      const mux = info.countsDrops ? await registers.get64(module.mux, 11) : 0;
      return aer + mux;
    },
  };
}
