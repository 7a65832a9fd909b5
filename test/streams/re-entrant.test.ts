import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { defer, of, pipe } from 'rxjs';
import {
  aerPacket,
  channels,
  chip,
  collect,
  DataError,
  DeviceError,
  deploy,
  dynapSim,
  fromHardware,
  fromPull,
  fromRaster,
  frozenNoise,
  linear,
  pipeline,
  pixels,
  poisson,
  poissonRaster,
  runOn,
  simulator,
  type Target,
  toFpga,
  train,
  usingLink,
  virtualBoard,
} from 'spikeline';
import { codecNamed } from 'spikeline/codecs';
import { chipWords, rasterToEvents } from 'spikeline/events';
import * as loop from 'spikeline/loop';
import {
  closeLoop,
  fromKeys,
  latencyMeter,
  metronome,
  protocol,
  startProtocol,
} from 'spikeline/loop';
import * as operators from 'spikeline/operators';
import * as sinks from 'spikeline/sinks';
import { toFile, toStdout } from 'spikeline/sinks';
import * as sources from 'spikeline/sources';
import { evaluate, fromFile, fromSeries, fromStdin } from 'spikeline/sources';
import * as targets from 'spikeline/targets';
import { describe, expect, it } from 'vitest';
import { echoWord, monitorReply } from '#src/chips/dynapse2/event';
// Loaded beforehand: the sink loads it when it is subscribed to.
import '#src/files/target';
import '#src/files/writer';
import { emptyFolder } from '#test/support/folders';
import { spied } from '#test/support/links';
import { cut } from '#test/support/rasters';
import {
  type AnyOperator,
  type AnySource,
  inRig,
  plainOutput,
  ways,
} from '#test/support/re-entrant';
import type { TestClock } from '#test/support/test-clock';

const weight = [
  [9, 1],
  [1, 9],
];
const net = pipeline(linear({ weight }), dynapSim({ neurons: 2, name: 'out' }));
const { configuration, inputWords } = deploy(net);
const noise = poissonRaster({ channels: 2, rate: 300, duration: 0.04, seed: 3 });
const chunks = cut(noise, [10, 10, 10]);
const signals = chunks.map(({ counts, ...grid }) => ({
  ...grid,
  values: Float64Array.from(counts, (count) => 8 * count),
}));
const packets = chunks.map(rasterToEvents);
/** A packet over several chunks of a raster: the subscriber is called in the middle of it. */
const long = [
  aerPacket([0, 1500, 9500, 12_000, 25_000], [0, 1, 1, 0, 1], channels(2)),
  aerPacket([26_000, 26_500, 41_000], [1, 0, 0], channels(2)),
  aerPacket([41_000, 58_000], [1, 1], channels(2)),
];
const pictures = [1, 2, 3].map((n) =>
  aerPacket([9000 * n, 9000 * n + 10], [(n % 3) << 1, 1], pixels(3, 3)),
);
const words = [1, 2, 3].map((n) =>
  aerPacket([10 * n, 10 * n + 1], [monitorReply(0, 0, n % 2), echoWord], chipWords('dynapse2')),
);
const busy = (cause: unknown) => cause instanceof DeviceError && cause.code === 'busy';

async function board(clock: TestClock) {
  const link = spied(await virtualBoard({ clock, mismatch: { fraction: 0 } }).open());
  await link.configure(configuration);
  return { link, left: () => link.listeners, close: () => link.close() };
}

const applied =
  (operator: OperatorRigOf, items: readonly unknown[] = chunks): AnyOperator =>
  async () => ({ operator: operator() as never, items });
type OperatorRigOf = () => unknown;

const onTarget =
  (target: Target, items: readonly unknown[]): AnyOperator =>
  async () => ({ operator: runOn(target, net) as never, items });

const onChip =
  (items: readonly unknown[], resetOn?: 'chunk'): AnyOperator =>
  async (clock) => {
    const { link, ...rest } = await board(clock);
    const options = resetOn === undefined ? {} : { resetOn };
    const operator = runOn(chip(link, { clock }), net, options) as never;
    return { operator, items, again: busy, ...rest };
  };

/** Operators, sinks and targets by public name; each in one or more forms. */
const operatorRigs: Record<string, Record<string, AnyOperator>> = {
  applyDelay: { plain: applied(() => operators.applyDelay({ channels: 2, delay: 3e-3 })) },
  applyDynapSe2: {
    plain: applied(
      () => operators.applyDynapSe2({ neurons: 2 }),
      signals.map((s) => ({
        ...s,
        channels: 8,
        values: Float64Array.from({ length: 8 * s.steps }, (_, i) => i % 5),
      })),
    ),
  },
  applyDynapSim: { plain: applied(() => operators.applyDynapSim({ neurons: 2 }), signals) },
  applyIntegrateAndFire: {
    plain: applied(() => operators.applyIntegrateAndFire({ neurons: 2 }), signals),
  },
  applyIntegrator: {
    plain: applied(() => operators.applyIntegrator({ neurons: 2 }), signals),
  },
  applyLi: { plain: applied(() => operators.applyLi({ neurons: 2, tauMem: 0.02 }), signals) },
  applyLif: { plain: applied(() => operators.applyLif({ neurons: 2, tauMem: 0.02 }), signals) },
  applyLinear: { plain: applied(() => operators.applyLinear({ weight })) },
  applyScale: {
    plain: applied(() => operators.applyScale({ scale: [2, 3] }), signals),
  },
  applyThreshold: {
    plain: applied(() => operators.applyThreshold({ threshold: [4, 4] }), signals),
  },
  boundedBuffer: {
    'at once': applied(() =>
      operators.boundedBuffer({ capacity: 8, policy: 'error', consume: (item) => [item, item] }),
    ),
    later: applied(() =>
      operators.boundedBuffer({
        capacity: 8,
        policy: 'error',
        consume: async (item) => item,
      }),
    ),
  },
  decodeEvents: {
    plain: applied(
      () => operators.decodeEvents({ words: [monitorReply(0, 0, 0), monitorReply(0, 0, 1)] }),
      words,
    ),
  },
  runOn: {
    'rasters, simulator': onTarget(simulator(), chunks),
    'packets, simulator': onTarget(simulator(), packets),
    'rasters, chip': onChip(chunks),
    'packets, chip': onChip(packets),
    'resets, chip': onChip(chunks, 'chunk'),
  },
  toEvents: { plain: applied(() => operators.toEvents()) },
  toRaster: {
    'packets over several chunks': applied(
      () => operators.toRaster({ channels: 2, dt: 1e-3, chunkSteps: 10 }),
      long,
    ),
  },
  crop: { plain: applied(() => operators.crop({ x: 0, y: 0, width: 2, height: 2 }), pictures) },
  maskPixels: { plain: applied(() => operators.maskPixels({ pixels: [] }), pictures) },
  downsample: { plain: applied(() => operators.downsample(2), pictures) },
  flip: { plain: applied(() => operators.flip('both'), pictures) },
  transpose: { plain: applied(() => operators.transpose(), pictures) },
  polarity: { plain: applied(() => operators.polarity('on'), pictures) },
  refractory: { plain: applied(() => operators.refractory({ period: 1e-3 }), pictures) },
  denoise: { plain: applied(() => operators.denoise({ window: 0.02 }), pictures) },
  hotPixels: { plain: applied(() => operators.hotPixels({ rate: 100 }), pictures) },
  toChannels: { plain: applied(() => operators.toChannels(), pictures) },
  toFrame: { plain: applied(() => operators.toFrame({ window: 1 / 300 }), pictures) },
  remap: {
    plain: applied(() => operators.remap({ table: [1, 0], space: channels(2) }), packets),
  },
  splitByAddress: {
    plain: applied(() => operators.splitByAddress({ parts: { a: [1], b: [0] } }), packets),
  },
  delayEvents: { plain: applied(() => operators.delayEvents({ delay: 1 }), packets) },
  jitter: { plain: applied(() => operators.jitter({ sigma: 1e-3, seed: 1 }), packets) },
  rate: { plain: applied(() => operators.rate({ dt: 1e-3 }), long) },
  timeSlice: { plain: applied(() => operators.timeSlice({ window: 5e-3 }), long) },
  countSlice: { plain: applied(() => operators.countSlice({ events: 1 }), long) },
  mergeByTime: {
    'with another': applied(() => operators.mergeByTime([fromPull(long, { consume: of })]), long),
  },
  rateDecode: {
    rasters: applied(() => operators.rateDecode({ tau: 0.01 })),
    packets: applied(() => operators.rateDecode({ window: 0.01, dt: 1e-3 }), long),
  },
  populationDecode: {
    plain: applied(() => operators.populationDecode({ values: [1, 2], tau: 0.01 })),
  },
  rateEncode: {
    plain: applied(() => operators.rateEncode({ range: [0, 9], neurons: 2, rate: 300 }), signals),
  },
  deltaEncode: { plain: applied(() => operators.deltaEncode({ threshold: 3 }), signals) },
  latencyMeter: {
    plain: applied(() => {
      const meter = latencyMeter();
      return pipe(meter.start(), meter.stop());
    }),
  },
  collect: { plain: applied(() => collect()) },
  toFile: {
    plain: async (clock) => ({
      operator: toFile(join(emptyFolder(), 'out.spk'), { clock, overwrite: true }),
      items: packets,
      left: () => clock.waiting,
    }),
  },
  toStdout: {
    plain: async (clock) => ({
      operator: toStdout({ output: new PassThrough(), clock }),
      items: chunks,
      left: () => clock.waiting,
    }),
  },
  toFpga: {
    plain: async (clock) => {
      const { link, ...rest } = await board(clock);
      return { operator: toFpga(link, { clock, inputWords }), items: packets, ...rest };
    },
  },
};

const events = Array.from({ length: 40 }, (_, i) => 1000 * i);
const bytes = codecNamed('dat').encoder!().push(
  aerPacket(
    events,
    events.map(() => 1),
    pixels(2, 2),
  ),
);

/** A loop of six steps on a network of two neurons. */
const looping = (target: Target, realTime: false | { readonly clock: TestClock } = false) => {
  let seen = 0;
  return closeLoop<number, number>({
    target,
    net,
    environment: { reset: () => (seen = 1), step: () => ({ observation: ++seen }) },
    encode: (value) => [value, 1],
    decode: ({ counts }) => counts[0]!,
    onStop: 0,
    steps: 6,
    realTime,
  });
};

/** Rasters of a protocol of two phases. */
const carriedOut = (config: { readonly clock?: TestClock } = {}) => {
  const stimulus = { kind: 'noise', rate: 300 } as const;
  const of = protocol([
    { name: 'a', duration: 0.02, stimulus },
    { name: 'b', duration: 0.02 },
  ]);
  return startProtocol(of, { channels: 2 }).rasters({ chunkSteps: 10, ...config });
};
const usedOnce = (cause: unknown) => cause instanceof DataError && /once/.test(cause.message);

const sourceRigs: Record<string, Record<string, AnySource>> = {
  startProtocol: {
    fast: async () => ({ source: carriedOut(), again: usedOnce }),
    timed: async (clock) => ({
      source: carriedOut({ clock }),
      again: usedOnce,
      left: () => clock.waiting,
    }),
  },
  fromKeys: {
    plain: async () => {
      const input = new EventEmitter();
      return {
        source: fromKeys(input),
        speak: (i) => input.emit('data', `${i}`),
        // Of a source that speaks to all, a second subscriber hears the rest.
        again: () => true,
        left: () => input.listenerCount('data'),
      };
    },
  },
  evaluate: {
    'a list': async () => ({ source: evaluate(net, chunks) }),
    'a stream': async () => ({ source: evaluate(net, of(...chunks)) }),
  },
  closeLoop: {
    'virtual time': async () => ({ source: looping(simulator()), again: busy }),
    'real time': async (clock) => ({
      source: looping(simulator(), { clock }),
      again: busy,
      left: () => clock.waiting,
    }),
    'on a board': async (clock) => {
      const { link, ...rest } = await board(clock);
      return { source: looping(chip(link, { clock })), again: busy, ...rest };
    },
  },
  metronome: {
    plain: async (clock) => ({
      source: metronome(1e-3, { ticks: 5, clock }),
      left: () => clock.waiting,
    }),
  },
  fromFile: {
    fast: async () => ({ source: fromFile(new Blob([Uint8Array.from(bytes)]), { window: 5e-3 }) }),
    'at its speed': async (clock) => ({
      source: fromFile(new Blob([Uint8Array.from(bytes)]), { speed: 1, clock }),
      left: () => clock.waiting,
    }),
  },
  fromSeries: {
    fast: async () => ({
      source: fromSeries((seconds) => 50 * seconds, {
        delta: { threshold: 1 },
        duration: 0.5,
        chunkSteps: 10,
      }),
    }),
  },
  fromStdin: {
    plain: async () => ({
      source: defer(() =>
        fromStdin({ input: Readable.from([Uint8Array.from(bytes)]), events: 10 }),
      ),
    }),
  },
  fromHardware: {
    echoes: async (clock) => {
      const { link, ...rest } = await board(clock);
      return {
        source: fromHardware(link, { clock }),
        speak: (i) =>
          link.send({
            timestamps: Uint32Array.of(1000 * i + 1000),
            words: Uint32Array.of(echoWord),
          }),
        // Of a source that speaks to all, a second subscriber hears the rest.
        again: () => true,
        key: ({ addresses }) => addresses.length > 0,
        ...rest,
      };
    },
  },
  fromPull: {
    values: async () => ({
      source: fromPull([1, 2, 3, 4], { consume: (item) => of(item, -item) }),
    }),
    'longer than one turn': async () => ({
      source: fromPull(
        Array.from({ length: 70 }, (_, i) => i),
        { consume: (item) => [item] },
      ),
    }),
  },
  fromRaster: {
    fast: async () => ({ source: fromRaster(noise, { chunkSteps: 1 }) }),
    timed: async (clock) => ({
      source: fromRaster(noise, { chunkSteps: 10, clock }),
      left: () => clock.waiting,
    }),
  },
  frozenNoise: {
    timed: async (clock) => ({
      source: frozenNoise({
        channels: 2,
        rate: 80,
        duration: 0.03,
        seed: 1,
        chunkSteps: 10,
        clock,
      }),
      left: () => clock.waiting,
    }),
  },
  poisson: {
    fast: async () => ({
      source: poisson({ channels: 2, rate: 80, duration: 0.07, seed: 1, chunkSteps: 1 }),
    }),
    timed: async (clock) => ({
      source: poisson({ channels: 2, rate: 80, duration: 0.04, seed: 1, chunkSteps: 10, clock }),
      left: () => clock.waiting,
    }),
  },
  train: {
    plain: async (clock) => ({
      source: train(net, [{ input: noise, target: new Float64Array(80) }], {
        epochs: 6,
        reportEvery: 2,
        scheduler: clock,
      }),
      key: ({ epoch, loss }) => [epoch, loss],
      left: () => clock.waiting,
    }),
  },
  usingLink: {
    plain: async (clock) => ({
      source: usingLink(
        () => virtualBoard({ clock, mismatch: { fraction: 0 } }).open(),
        (link) => fromRaster(noise, { chunkSteps: 10 }).pipe(runOn(chip(link, { clock }), net)),
      ),
    }),
  },
};

/** Public values that are no stream: what they are tried as. */
const others: Record<string, string> = {
  chip: 'runOn',
  simulator: 'runOn',
  chooseNeurons: 'a promise; see choose-neurons.test.ts',
  targetSuite: 'cases for targets',
  fromNats: 'see re-entrant-outside.test.ts',
  toNats: 'see re-entrant-outside.test.ts',
  remote: 'see re-entrant-outside.test.ts',
  serveTarget: 'a server',
  fromCamera: 'see re-entrant-outside.test.ts',
  fromLsl: 'see re-entrant-outside.test.ts',
  toLsl: 'see re-entrant-outside.test.ts',
  recorded: 'see re-entrant-outside.test.ts',
  fromUdp: 'see re-entrant-outside.test.ts',
  toUdp: 'see re-entrant-outside.test.ts',
  fromWebSocket: 'see re-entrant-outside.test.ts',
  toWebSocket: 'see re-entrant-outside.test.ts',
  inSession: 'see re-entrant-outside.test.ts',
  replay: 'see re-entrant-outside.test.ts',
  isRecordingPath: 'an answer',
  learnReadout: 'called by a loop',
  learningReadout: 'called by a loop',
  openSession: 'see re-entrant-outside.test.ts',
  placeProblem: 'an answer',
  protocol: 'plain data',
  protocolOrder: 'an iterable',
  readSession: 'a promise',
  recordSession: 'is called by a loop; see test/loop/session.test.ts',
  sessionReport: 'a promise',
  settleMemory: 'a promise',
  natsItems: 'an iterable',
  natsPosition: 'a number',
  natsPublisher: 'a publisher',
};

it('names every operator, source, sink and target there is', () => {
  const known = { ...operatorRigs, ...sourceRigs, ...others };
  const names = [operators, sources, sinks, targets, loop].flatMap((entry) => Object.keys(entry));
  expect(names.filter((name) => !Object.hasOwn(known, name))).toEqual([]);
});

type Rigs = Record<string, Record<string, AnyOperator | AnySource>>;
const kinds: Record<'operator' | 'source', Rigs> = { operator: operatorRigs, source: sourceRigs };

for (const kind of ['operator', 'source'] as const) {
  const rigs = kinds[kind];
  for (const [name, forms] of Object.entries(rigs)) {
    for (const [form, make] of Object.entries(forms)) {
      describe(`${name}, ${form}: a subscriber that`, () => {
        for (const [what, way] of Object.entries(ways)) {
          it(what, async () => {
            const expected = await plainOutput(kind, make);
            expect(expected.length).toBeGreaterThan(0);
            await inRig(kind, make, way(expected));
          });
        }
      });
    }
  }
}
