import fc from 'fast-check';
import {
  DeviceError,
  deploy,
  dynapSim,
  InvalidArgumentError,
  linear,
  type Pipeline,
  pipeline,
  poissonRaster,
  startPipeline,
  type VirtualBoardConfig,
  type VirtualLink,
  virtualBoard,
} from 'spikeline';
import {
  biasCurrent,
  type CoreCurrentName,
  coreParameterNames,
  currentParameter,
  encodeWeights,
  eventOf,
  latchNames,
  nearestBias,
} from 'spikeline/chip';
import { rasterToEvents } from 'spikeline/events';
import { type DynapSimParametersInput, randomStream } from 'spikeline/neurons';
import { describe, expect, it } from 'vitest';
import { dendrites, idleCore } from '#src/chips/dynapse2/configuration';
import { echoWord, eventWord, monitorReply } from '#src/chips/dynapse2/event';
import { synapseOf, synapseWord } from '#src/chips/dynapse2/words';
import { subsetSums } from '#src/chips/masks';
import { wrapPeriod, wrapTime } from '#src/devices/wrap';
import { defaultParameters } from '#src/neurons/dynap-sim/parameters';
import { fakeClock } from '#test/devices/fake-clock';
import { reasonsOf } from '#test/events/reasons';
import { runs } from '#test/support/runs';
import { accounted, type Bench, bench, type Seen, single } from './bench.ts';

const noise = poissonRaster({ channels: 1, rate: 200, duration: 0.2, seed: 2 });
const idle = idleCore();

/** Asks the board for its time, as an event. */
function ask(link: VirtualLink, time = 0): void {
  link.send({ timestamps: Uint32Array.of(wrapTime(time)), words: Uint32Array.of(echoWord) });
}

/** Sends `noise` to start at board time `at` and returns what came back, from `at` on. */
function respond(board: Bench, at: number): Seen[] {
  const before = board.seen.length;
  board.send(noise, at);
  board.clock.advance(1);
  return board.seen.slice(before).map(([time, word]) => [time - at, word]);
}

async function response(net: Pipeline, config: VirtualBoardConfig = {}): Promise<Seen[]> {
  const board = await bench(net, config);
  const found = respond(board, config.startTime ?? 0);
  await board.link.close();
  return found;
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof DeviceError ? cause.code : undefined;
}

function failure(run: () => unknown): string | undefined {
  try {
    run();
  } catch (cause) {
    return codeOf(cause);
  }
  return undefined;
}

describe('the virtual board decodes its memory words and nothing else', () => {
  it('falls silent without its only synapse, and answers as before when it is back', async () => {
    const board = await bench(single);
    const word = synapseWord(
      board.deployment.configuration.chips[0]!.cores[0]!.neurons[0]!.synapses[0]!,
    );
    const expected = respond(board, 0);
    expect(expected.length).toBeGreaterThan(3);
    board.link.poke(0, 'cam', 0, 0);
    expect(respond(board, 1_000_000)).toEqual([]);
    board.link.poke(0, 'cam', 0, word);
    expect(respond(board, 2_000_000)).toEqual(expected);
  });

  it.each([
    ['the inhibiting dendrite', { dendrite: dendrites.gaba }],
    ['the shunting dendrite', { dendrite: dendrites.shunt }],
    ['no dendrite', { dendrite: dendrites.none }],
    ['another tag', { tag: 1 }],
    ['no weight', { weight: [false, false, false, false] as const }],
  ])('falls silent when the synapse is set to %s', async (_, change) => {
    const board = await bench(single);
    const synapse = board.deployment.configuration.chips[0]!.cores[0]!.neurons[0]!.synapses[0]!;
    board.link.poke(0, 'cam', 0, synapseWord({ ...synapse, ...change }));
    expect(respond(board, 0)).toEqual([]);
  });

  it('adds the base currents that the weight bits select', async () => {
    const board = await bench(single);
    const counts: number[] = [];
    const synapse = board.deployment.configuration.chips[0]!.cores[0]!.neurons[0]!.synapses[0]!;
    for (const [run, mask] of [15, 12, 8, 1].entries()) {
      const weight = synapseOf(mask << 11).weight;
      board.link.poke(0, 'cam', 0, synapseWord({ ...synapse, weight }));
      counts.push(respond(board, run * 1_000_000).length);
    }
    expect(counts.toSorted((a, b) => b - a)).toEqual(counts);
    expect(new Set(counts).size).toBeGreaterThan(2);
  });

  it('reports a spike under the words of its SRAM, one hop on its way', async () => {
    const board = await bench(single);
    const heard = respond(board, 0);
    expect(eventOf(heard[0]![1])).toMatchObject({ tag: 0, xHop: -6, yHop: 0 });
    const other = { core: [true, true, true, true], xHop: -7, yHop: -7, tag: 77 } as const;
    board.link.poke(0, 'sram', 0, eventWord(other));
    const renamed = respond(board, 1_000_000);
    expect(renamed.map(([time]) => time)).toEqual(heard.map(([time]) => time));
    expect(eventOf(renamed[0]![1]).tag).toBe(77);
    board.link.poke(0, 'sram', 0, 0);
    expect(respond(board, 2_000_000)).toEqual([]);
  });

  it('takes its currents from the bias codes', async () => {
    const board = await bench(single);
    const expected = respond(board, 0);
    const threshold = coreParameterNames.indexOf('SOIF_SPKTHR_P');
    board.link.poke(0, 'biases', threshold, (5 << 8) | 255);
    expect(respond(board, 1_000_000).length).toBeLessThan(expected.length);
    // The biases of another core are another core's.
    board.link.poke(0, 'biases', coreParameterNames.length + threshold, 0);
    expect(respond(board, 2_000_000).length).toBeLessThan(expected.length);
  });

  it('has a DC input only where the latch is closed', async () => {
    const driven = pipeline(
      linear({ weight: [[1]] }),
      dynapSim({ neurons: 1, Idc: 5e-10, Ispkthr: 1e-8 }),
    );
    const board = await bench(driven);
    board.link.poke(0, 'cam', 0, 0);
    expect(respond(board, 0).length).toBeGreaterThan(3);
    board.link.poke(0, 'latches', 0, 0);
    expect(respond(board, 1_000_000)).toEqual([]);
  });

  it('adapts after its first spike, and only where the latch is closed', async () => {
    const adapting = pipeline(
      linear({ weight: [[15]] }),
      dynapSim({ neurons: 1, Ispkthr: 1e-8, Ipulse_ahp: 5e-13, Iw_ahp: 1e-12 }),
    );
    const board = await bench(adapting);
    const adapted = respond(board, 0);
    board.link.poke(0, 'latches', 0, 1 << latchNames.indexOf('latchSoDc'));
    const plain = respond(board, 1_000_000);
    expect(plain[0]).toEqual(adapted[0]);
    expect(plain).not.toEqual(adapted);
    // Without the latch it does not matter how large the adaptation would be.
    const weight = coreParameterNames.indexOf('SOAD_W_N');
    board.link.poke(0, 'biases', weight, (5 << 8) | 255);
    expect(respond(board, 2_000_000)).toEqual(plain);
  });

  it('refuses a word that does not exist', async () => {
    const { link } = await bench(single);
    for (const [chip, index] of [
      [1, 0],
      [0, -1],
      [0, 65_536],
    ] as const) {
      expect(() => link.poke(chip, 'cam', index, 0)).toThrow(InvalidArgumentError);
    }
  });

  it('refuses a configuration that fits no chip, and keeps the one it has', async () => {
    const board = await bench(single);
    const expected = respond(board, 0);
    const bad = { chips: [{ cores: [idle] }] };
    await expect(board.link.configure(bad)).rejects.toThrow(InvalidArgumentError);
    board.link.poke(0, 'cam', 1, 0);
    expect(respond(board, 1_000_000)).toEqual(expected);
  });

  it('sends spikes from core to core and from chip to chip as the words say', async () => {
    const { configuration } = (await bench(single)).deployment;
    const [core] = configuration.chips[0]!.cores;
    const [source] = core!.neurons;
    const monitor = source!.destinations[0]!;
    const receiver = { ...source!, synapses: [{ ...source!.synapses[0]!, tag: 9 }] };
    const receiving = { ...core!, neurons: core!.neurons.with(0, receiver) };
    const sending = (xHop: number, to: readonly [boolean, boolean, boolean, boolean]) => {
      const destinations = [monitor, { core: to, xHop, yHop: 0, tag: 9 }];
      return { ...core!, neurons: core!.neurons.with(0, { ...source!, destinations }) };
    };
    const only = (k: number) => [k === 0, k === 1, k === 2, k === 3] as const;
    const heardFrom = async (xHop: number, k: number): Promise<number[]> => {
      const board = await bench(single);
      const cores = [sending(xHop, only(k)), idle, idle, idle];
      const second = [idle, idle, idle, idle];
      if (xHop === 0) cores[2] = receiving;
      else second[2] = receiving;
      await board.link.configure({ chips: [{ cores }, { cores: second }] });
      const hops = respond(board, 0).map(([, word]) => eventOf(word).xHop);
      return [hops.filter((hop) => hop === -6).length, hops.filter((hop) => hop === -5).length];
    };
    const [alone] = await heardFrom(0, 1);
    expect(alone).toBeGreaterThan(0);
    // The receiver has the same tag on its own core; on the second chip it is one hop further away.
    const [joined] = await heardFrom(0, 2);
    expect(joined).toBeGreaterThan(alone!);
    expect((await heardFrom(1, 2))[1]).toBeGreaterThan(0);
    expect((await heardFrom(1, 1))[1]).toBe(0);
  });
});

describe('four chips in a row', () => {
  it('hear the host by their hops and are heard under their own words', async () => {
    const { clock, link, deployment, seen } = await bench(single);
    const [chip] = deployment.configuration.chips;
    await link.configure({ chips: [chip!, chip!, chip!, chip!] });
    const to = eventOf(deployment.inputWords[0]![0]!);
    const heard: (string | undefined)[] = [];
    for (const [run, xHop] of [2, 0, 3, 1, 4, -1].entries()) {
      const start = run * 1_000_000;
      const events = rasterToEvents({ ...noise, startTime: start });
      const end = start + 200_000;
      link.send({
        timestamps: Uint32Array.from([...events.timestamps, end]),
        words: Uint32Array.from([
          ...events.addresses.map(() => eventWord({ ...to, xHop })),
          echoWord,
        ]),
      });
      clock.advance(1);
      const since = seen.filter(([time]) => time >= start);
      const words = [...new Set(since.map(([, word]) => word))];
      heard.push(
        words.map((word) => [0, 1, 2, 3].find((c) => monitorReply(c, 0, 0) === word)).join(),
      );
    }
    expect(heard).toEqual(['2', '0', '3', '1', '', '']);
  });
});

describe('the virtual board and the simulator', () => {
  const codes = Object.fromEntries(
    (
      [
        ['Idc', 'Idc'],
        ['If_nmda', 'If_nmda'],
        ['Igain_ahp', 'Igain_ahp'],
        ['Igain_mem', 'Igain_mem'],
        ['Igain_syn', 'Igain_ampa'],
        ['Ipulse_ahp', 'Ipulse_ahp'],
        ['Ipulse', 'Ipulse'],
        ['Iref', 'Iref'],
        ['Ispkthr', 'Ispkthr'],
        ['Itau_ahp', 'Itau_ahp'],
        ['Itau_mem', 'Itau_mem'],
        ['Itau_syn', 'Itau_ampa'],
        ['Iw_ahp', 'Iw_ahp'],
      ] as const
    ).map(([name, carried]) => [
      name,
      // A low threshold, so that a step may have several spikes.
      onCode(carried, name === 'Ispkthr' ? 5e-9 : defaultParameters[name]),
    ]),
  ) as DynapSimParametersInput;

  /** The nearest current that the bias generator gives. */
  function onCode(name: CoreCurrentName, current: number): number {
    const parameter = currentParameter[name];
    return biasCurrent(parameter, nearestBias(parameter, current));
  }

  it('agree on every spike where weights and currents lie on what the chip can set', async () => {
    // Iscale of one ampere: the weights are the currents themselves, so that nothing is rounded.
    const base = ([1e-8, 2e-8, 4e-8, 8e-8] as const).map((current, i) =>
      onCode((['Iw_0', 'Iw_1', 'Iw_2', 'Iw_3'] as const)[i]!, current),
    ) as [number, number, number, number];
    const random = randomStream(3, 'exact');
    const weight = (): number => {
      const size = subsetSums(base)[random.integer(16)]!;
      return random.uniform() < 0.3 ? -size : size;
    };
    const rows = (height: number, width: number): number[][] =>
      Array.from({ length: height }, () => Array.from({ length: width }, weight));
    const net = pipeline(
      linear({ weight: rows(10, 4) }),
      dynapSim({ neurons: 4, recurrent: rows(4, 4), ...codes, Iscale: 1 }),
    );
    const input = poissonRaster({ channels: 10, rate: 80, duration: 0.5, seed: 4 });
    const expected = startPipeline(net).process(input);
    const spikes = expected.counts.reduce((sum, count) => sum + count, 0);
    expect(spikes).toBeGreaterThan(50);
    expect(expected.counts.some((count) => count > 1)).toBe(true);

    const clock = fakeClock();
    const deployment = deploy(net, { quantiser: (all) => encodeWeights(all, base) });
    expect(deployment.mse).toBe(0);
    const link = await virtualBoard({ clock, mismatch: { fraction: 0 } }).open();
    await link.configure(deployment.configuration);
    const counts = new Uint32Array(expected.counts.length);
    const channelOf = new Map(deployment.outputChannels.map(({ word }, i) => [word, i]));
    link.listen({
      events({ timestamps, words }) {
        for (let i = 0; i < words.length; i++) {
          const channel = channelOf.get(words[i]!);
          if (channel === undefined) continue;
          const at = Math.floor(timestamps[i]! / 1000) * 4 + channel;
          counts[at] = counts[at]! + 1;
        }
      },
    });
    const events = rasterToEvents(input);
    const used = Array.from(events.addresses.keys()).filter(
      (i) => deployment.inputWords[events.addresses[i]!]!.length > 0,
    );
    link.send({
      timestamps: Uint32Array.from([...used.map((i) => events.timestamps[i]!), 500_000]),
      words: Uint32Array.from([
        ...used.map((i) => deployment.inputWords[events.addresses[i]!]![0]!),
        echoWord,
      ]),
    });
    clock.advance(1);
    expect(Array.from(counts)).toEqual(Array.from(expected.counts));
  });
});

describe('mismatch', () => {
  const driven = pipeline(
    linear({ weight: [[15, 15, 15, 15]] }),
    dynapSim({ neurons: 4, Ispkthr: 1e-8 }),
  );

  it('belongs to the seed: the same board spikes the same, another otherwise', async () => {
    const mismatch = { fraction: 0.3 };
    const one = await response(driven, { seed: 1, mismatch });
    expect(await response(driven, { seed: 1, mismatch })).toEqual(one);
    expect(await response(driven, { seed: 2, mismatch })).not.toEqual(one);
    expect(one.length).toBeGreaterThan(3);
  });

  it('sets neurons apart that would spike as one', async () => {
    const trains = (seen: readonly Seen[]): Set<string> => {
      const times = new Map<number, number[]>();
      for (const [time, word] of seen) times.set(word, [...(times.get(word) ?? []), time]);
      return new Set(Array.from(times.values(), String));
    };
    expect(trains(await response(driven)).size).toBe(1);
    expect(trains(await response(driven, { mismatch: { fraction: 0.3 } })).size).toBe(4);
  });

  it('belongs to the place on the silicon, not to the rest of the configuration', async () => {
    const mismatch = { fraction: 0.3 };
    const four = await response(driven, { seed: 1, mismatch });
    const one = pipeline(linear({ weight: [[15]] }), dynapSim({ neurons: 1, Ispkthr: 1e-8 }));
    const [word] = (await response(one, { seed: 1, mismatch }))[0]!.slice(1) as [number];
    const own = four.filter(([, each]) => each === word);
    expect(await response(one, { seed: 1, mismatch })).toEqual(own);
  });
});

describe('time', () => {
  /** Spikes while the noise that began at `at` went on, counted from there; a board in real time runs on. */
  const within = (seen: readonly Seen[], at: number): Seen[] =>
    seen.filter(([time]) => time < at + 200_000).map(([time, word]) => [time - at, word]);

  it('wraps at 2^32 and goes on, and spikes do not care', async () => {
    const expected = await response(single);
    for (const startTime of [wrapPeriod - 100_000, wrapPeriod - 1000, 5 * wrapPeriod + 7000]) {
      const board = await bench(single, { startTime });
      const raw: number[] = [];
      board.link.listen({ events: ({ timestamps }) => raw.push(...timestamps) });
      expect(respond(board, startTime)).toEqual(expected);
      expect(raw.every((time) => time >= 0 && time < wrapPeriod)).toBe(true);
    }
    const board = await bench(single, { startTime: wrapPeriod - 100_000 });
    const raw: number[] = [];
    board.link.listen({ events: ({ timestamps }) => raw.push(...timestamps) });
    respond(board, wrapPeriod - 100_000);
    expect(raw.some((time) => time < 100_000)).toBe(true);
    expect(raw.some((time) => time > wrapPeriod - 100_000)).toBe(true);
  });

  it('follows the clock in real time', async () => {
    const { clock, link, send, seen, echoes } = await bench(single, { realTime: true });
    const expected = await response(single);
    send(noise, 50_000);
    clock.advance(49);
    expect(seen).toEqual([]);
    clock.advance(101);
    const half = seen.length;
    expect(seen.every(([time]) => time <= 150_000)).toBe(true);
    expect(half).toBeGreaterThan(0);
    clock.advance(120);
    expect(seen.length).toBeGreaterThan(half);
    expect(within(seen, 50_000)).toEqual(expected);
    expect(echoes[0]).toBeGreaterThanOrEqual(250_000);
    expect(echoes[0]).toBeLessThan(252_000);
    expect(link.info.clock).toBe('board');
  });

  it('stays in step after the process has slept', async () => {
    const { clock, send, seen } = await bench(single, { realTime: true });
    send(noise, 50_000);
    clock.sleep(300);
    expect(within(seen, 50_000)).toEqual(await response(single));
  });

  it('knows the time of events after an hour without any', async () => {
    const clock = fakeClock();
    const link = await virtualBoard({ clock, realTime: true }).open();
    const poweredAt = clock.now();
    const word = eventWord({ core: [true, false, false, false], xHop: 0, yHop: 0, tag: 0 });
    // Forty minutes are more than half of the 71.6 after which timestamps wrap.
    for (const [done, minutes] of [40, 60].entries()) {
      clock.sleep(minutes * 60_000);
      const time = 1000 * (clock.now() - poweredAt) + 5000;
      link.send({ timestamps: Uint32Array.of(wrapTime(time)), words: Uint32Array.of(word) });
      clock.advance(3);
      expect(accounted(link.statistics)).toBe(done);
      clock.advance(4);
      expect(link.statistics).toMatchObject({ delivered: done + 1, late: 0 });
    }
  });

  it('takes its step from its configuration', async () => {
    const net = pipeline(linear({ weight: [[15]] }), dynapSim({ neurons: 1, dt: 5e-4 }));
    const board = await bench(net, { dt: 5e-4 });
    board.send(poissonRaster({ channels: 1, rate: 300, duration: 0.2, dt: 5e-4, seed: 1 }), 0);
    board.clock.advance(1);
    expect(board.seen.length).toBeGreaterThan(2);
    expect(board.seen.every(([time]) => time % 500 === 0)).toBe(true);
    expect(board.seen.some(([time]) => time % 1000 === 500)).toBe(true);
  });
});

describe('echo', () => {
  it('comes back with tag 2047, one hop on its way, with the time of now', async () => {
    const { clock, link } = await bench(single, { realTime: true, startTime: 7000 });
    const heard: [number, number][] = [];
    link.listen({
      events: ({ timestamps, words }) => heard.push([timestamps[0]!, words[0]!]),
    });
    clock.advance(12);
    ask(link);
    clock.advance(3);
    expect(heard).toHaveLength(1);
    const [time, word] = heard[0]!;
    expect(eventOf(word)).toMatchObject({ tag: 2047, xHop: -6, yHop: -7 });
    expect(time).toBeGreaterThanOrEqual(19_000);
    expect(time).toBeLessThan(22_000);
    expect(link.statistics).toMatchObject({ sent: 0, delivered: 0, received: 1 });
  });

  it('comes back at its time when it is sent, after all spikes before', async () => {
    const { clock, link, send, seen, echoes } = await bench(single);
    send(noise, 0);
    expect([seen, echoes]).toEqual([[], []]);
    clock.advance(1);
    expect(echoes).toEqual([200_000]);
    expect(seen.every(([time]) => time < 200_000)).toBe(true);
    ask(link);
    clock.advance(1);
    expect(echoes).toHaveLength(2);
    expect(echoes[1]).toBeGreaterThanOrEqual(200_000);
  });
});

describe('the FIFOs', () => {
  const word = eventWord({ core: [true, false, false, false], xHop: 0, yHop: 0, tag: 0 });
  const burst = (count: number, time: number) => ({
    timestamps: new Uint32Array(count).fill(time),
    words: new Uint32Array(count).fill(word),
  });

  it('drop and count what has no room on the way in', async () => {
    const { clock, link } = await bench(single, { realTime: true, inputCapacity: 8 });
    link.send(burst(20, 5000));
    expect(link.statistics).toMatchObject({ sent: 20, dropped: 12, delivered: 0, late: 0 });
    clock.advance(10);
    expect(link.statistics).toMatchObject({ sent: 20, dropped: 12, delivered: 8, late: 0 });
    link.send(burst(8, 15_000));
    clock.advance(10);
    expect(link.statistics).toMatchObject({ sent: 28, dropped: 12, delivered: 16, late: 0 });
  });

  it('let a board without a clock take any number of events', async () => {
    const board = await bench(single, { inputCapacity: 4 });
    expect(respond(board, 0)).toEqual(await response(single));
    expect(board.link.statistics.dropped).toBe(0);
  });

  it('let a board without a clock give back any number of events', async () => {
    const board = await bench(single, { outputCapacity: 2 });
    expect(respond(board, 0)).toEqual(await response(single));
    expect(board.link.statistics.overflowed).toBe(0);
  });

  it('drop and count what has no room on the way out', async () => {
    const many = pipeline(
      linear({ weight: [new Array(20).fill(15)] }),
      dynapSim({ neurons: 20, Ispkthr: 1e-8 }),
    );
    const run = async (outputCapacity: number) => {
      const { clock, link, send, seen } = await bench(many, { realTime: true, outputCapacity });
      send(noise, 5000);
      clock.advance(300);
      return { seen: seen.length, ...link.statistics };
    };
    const free = await run(1000);
    expect(free.overflowed).toBe(0);
    expect(free.seen % 20).toBe(0);
    const tight = await run(4);
    expect(tight.seen).toBeLessThan(free.seen);
    // An echo is an event as well, and may be lost like one.
    expect(tight.received + tight.overflowed).toBe(free.received);
    expect(tight.overflowed).toBeGreaterThanOrEqual((free.seen / 20) * 16);
  });

  it('keep what comes before anyone listens', async () => {
    const clock = fakeClock();
    const { deployment } = await bench(single);
    const link = await virtualBoard({ clock, mismatch: { fraction: 0 } }).open();
    await link.configure(deployment.configuration);
    ask(link);
    clock.advance(5);
    expect(link.statistics.received).toBe(0);
    const words: number[] = [];
    link.listen({ events: (events) => words.push(...events.words) });
    clock.advance(5);
    expect(words).toHaveLength(1);
  });

  it('pass late events on at once, and count them', async () => {
    const { clock, link, seen } = await bench(single, { realTime: true });
    clock.advance(100);
    link.send(burst(30, 20_000));
    link.send(burst(30, 101_500));
    clock.advance(50);
    expect(link.statistics).toMatchObject({ sent: 60, late: 30, delivered: 30, dropped: 0 });
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.every(([time]) => time >= 100_000)).toBe(true);
  });

  it('account for every event: delivered, late or dropped', async () => {
    const piece = fc.record({
      wait: fc.integer({ min: 0, max: 20 }),
      offsets: fc.array(fc.integer({ min: -30_000, max: 30_000 }), { maxLength: 12 }),
    });
    const property = fc.asyncProperty(
      fc.array(piece, { maxLength: 8 }),
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom(0, wrapPeriod - 40_000),
      fc.boolean(),
      async (pieces, inputCapacity, startTime, early) => {
        const config = { realTime: true, inputCapacity, startTime };
        const { clock, link } = await bench(single, config);
        let sent = 0;
        let now = startTime;
        for (const { wait, offsets } of pieces) {
          clock.advance(wait);
          now += 1000 * wait;
          const times = offsets.map((offset) => Math.max(startTime, now + offset));
          const timestamps = Uint32Array.from(
            times.toSorted((a, b) => a - b),
            wrapTime,
          );
          link.send({ timestamps, words: new Uint32Array(offsets.length).fill(word) });
          sent += offsets.length;
          expect(link.statistics.sent).toBe(sent);
          expect(accounted(link.statistics)).toBeLessThanOrEqual(sent);
        }
        if (!early) clock.advance(80);
        if (!early) expect(accounted(link.statistics)).toBe(sent);
        await link.close();
        expect(accounted(link.statistics)).toBe(sent);
        expect(clock.pending).toBe(0);
      },
    );
    await fc.assert(property, { numRuns: runs(60) });
  });
});

describe('a link', () => {
  it('has one owner at a time', async () => {
    const board = virtualBoard({ clock: fakeClock() });
    const link = await board.open();
    await expect(board.open()).rejects.toMatchObject({ name: 'DeviceError', code: 'busy' });
    await link.close();
    const again = await board.open();
    expect(again.closed).toBe(false);
    expect(again.statistics).toMatchObject({ sent: 0, delivered: 0, received: 0 });
  });

  it('says what it is', async () => {
    const { link } = await bench(single, { seed: 42 });
    expect(link.info).toMatchObject({ serial: 'virtual-42', chips: 4, clock: 'host' });
  });

  it('has as many chips as it is given, and takes no configuration for more', async () => {
    const { link, deployment } = await bench(single, { chips: 2 });
    expect(link.info.chips).toBe(2);
    const [chip] = deployment.configuration.chips;
    await link.configure({ chips: [chip!, chip!] });
    await expect(link.configure({ chips: [chip!, chip!, chip!] })).rejects.toThrow(
      '3 chips are configured; the board has 2',
    );
    link.poke(1, 'cam', 0, 0);
    expect(() => link.poke(2, 'cam', 0, 0)).toThrow(InvalidArgumentError);
  });

  it('tells its listeners when the plug is pulled, and is gone', async () => {
    const { clock, link, deployment } = await bench(single, { realTime: true });
    const causes: (string | undefined)[] = [];
    link.listen({ events: () => {}, closed: (cause) => causes.push(codeOf(cause)) });
    const silent = link.listen({ events: () => {}, closed: () => causes.push('unheard') });
    silent();
    link.unplug();
    link.unplug();
    expect(causes).toEqual(['disconnected']);
    expect(link.closed).toBe(true);
    const events = { timestamps: Uint32Array.of(0), words: Uint32Array.of(0) };
    for (const use of [
      () => link.send(events),
      () => link.listen({ events: () => {} }),
      () => link.poke(0, 'cam', 0, 0),
    ]) {
      expect(failure(use)).toBe('disconnected');
    }
    for (const asked of [
      link.configure(deployment.configuration),
      link.time(),
      link.time(5),
      link.update({}),
    ]) {
      await expect(asked).rejects.toMatchObject({ code: 'disconnected' });
    }
    expect(clock.pending).toBe(0);
  });

  it.each([true, false])('frees everything when closed, real time %s', async (realTime) => {
    const { clock, link, send, seen } = await bench(single, { realTime });
    const causes: unknown[] = [];
    link.listen({ events: () => {}, closed: (cause) => causes.push(cause) });
    send(noise, 5000);
    clock.advance(realTime ? 20 : 0);
    const before = seen.length;
    await link.close();
    await link.close();
    expect(causes).toEqual([undefined]);
    expect(clock.pending).toBe(0);
    clock.advance(500);
    expect(seen).toHaveLength(before);
    expect(accounted(link.statistics)).toBe(link.statistics.sent);
  });

  it.each([true, false])('may be closed by a listener, real time %s', async (realTime) => {
    const { clock, link, send } = await bench(single, { realTime });
    let heard = 0;
    link.listen({
      events() {
        heard++;
        void link.close();
      },
    });
    send(noise, 5000);
    clock.advance(400);
    expect(heard).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('needs one timer only, even where a listener answers at once', async () => {
    const { clock, link, send } = await bench(single, { realTime: true });
    let answers = 0;
    link.listen({
      events({ timestamps, words }) {
        if (answers++ < 100) link.send({ timestamps: timestamps.slice(), words: words.slice() });
      },
    });
    send(noise, 5000);
    clock.advance(300);
    expect(answers).toBeGreaterThan(5);
    expect(clock.pending).toBeLessThanOrEqual(1);
    await link.close();
    expect(clock.pending).toBe(0);
  });
});

describe('virtualBoard', () => {
  it('refuses what no board can be, with all reasons', () => {
    const bad = {
      chips: 5,
      dt: 0,
      startTime: -1,
      inputCapacity: 0,
      outputCapacity: 0.5,
      mismatch: { fraction: -0.1 },
    };
    expect(reasonsOf(() => virtualBoard(bad))).toHaveLength(6);
    for (const chips of [0, 1.5]) expect(reasonsOf(() => virtualBoard({ chips }))).toHaveLength(1);
    expect(reasonsOf(() => virtualBoard({ mismatch: { fraction: Number.NaN } }))).toHaveLength(1);
    expect(
      reasonsOf(() => virtualBoard({ mismatch: { fraction: 0.3, sigmaRule: 0 } })),
    ).toHaveLength(1);
  });
});

describe('a board without a clock', () => {
  it('makes the host wait instead of dropping when its input FIFO is full', async () => {
    const link = await virtualBoard({ inputCapacity: 4, mismatch: { fraction: 0 } }).open();
    const word = eventWord({ core: [true, false, false, false], xHop: 0, yHop: 0, tag: 1 });
    const count = 60;
    link.send({
      timestamps: Uint32Array.from({ length: count }, (_, i) => 17 * i),
      words: new Uint32Array(count).fill(word),
    });
    link.send({ timestamps: Uint32Array.of(5000), words: Uint32Array.of(echoWord) });
    await new Promise((resolve) => {
      link.listen({ events: resolve });
    });
    const { sent, delivered, late, dropped } = link.statistics;
    expect([sent, dropped]).toEqual([count, 0]);
    expect(delivered + late).toBe(count);
    await link.close();
  });

  it('puts events in their own step however the stream is cut', async () => {
    const link = await virtualBoard({ mismatch: { fraction: 0 } }).open();
    const word = eventWord({ core: [true, false, false, false], xHop: 0, yHop: 0, tag: 1 });
    for (const time of [1500, 1600, 1999]) {
      link.send({ timestamps: Uint32Array.of(time), words: Uint32Array.of(word) });
      // Lets the board run as far as it dares before the rest of the bin arrives.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    link.send({ timestamps: Uint32Array.of(2000), words: Uint32Array.of(echoWord) });
    await new Promise((resolve) => {
      link.listen({ events: resolve });
    });
    expect(link.statistics).toMatchObject({ sent: 3, delivered: 3, late: 0, dropped: 0 });
    await link.close();
  });
});
