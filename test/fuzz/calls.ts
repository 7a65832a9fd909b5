/** Everything that junk is tried on: every function of every entry, and what they make. */
import { count, from, lastValueFrom, type Observable } from 'rxjs';
import * as spikeline from 'spikeline';
import * as spikelineCodecs from 'spikeline/codecs';
import * as events from 'spikeline/events';
import * as neurons from 'spikeline/neurons';
import * as operators from 'spikeline/operators';
import packageJson from 'spikeline/package.json' with { type: 'json' };
import * as sinks from 'spikeline/sinks';
import * as train from 'spikeline/train';
import type { Call, Parts, Run } from './call.ts';
import { loopParts, sessionParts } from './loop-calls.ts';
import {
  deployment,
  input,
  lifNet,
  link,
  net,
  packet,
  parameters,
  samples,
  signal,
  sound,
  word,
  wordPacket,
} from './sound.ts';

const paths = Object.keys(packageJson.exports).filter((path) => !path.endsWith('.json'));

/** Every entry of the package by its name. */
const entries: readonly (readonly [name: string, exported: object])[] = await Promise.all(
  paths.map(async (path) => {
    const name = path.slice(2);
    const exported = (await import(`spikeline${path.slice(1)}`)) as object;
    return [name === '' ? 'spikeline' : name, exported] as const;
  }),
);

/** A class that only others extend. */
const abstract = ['SpikelineError'];

/** Functions that write files wherever they are told to; test/files calls them with junk. */
const writing = [
  ...['checkTarget', 'openFile', 'openFolder', 'openWriter', 'writeFiles'],
  ...['openSession', 'recordSession', 'inSession'],
];

/** Functions that are not called by {@link allCalls}. */
export const leftOut: readonly string[] = [...abstract, ...writing];

/** Makes an instance; a class is no function to be called. */
function making(made: unknown): Run {
  return (...given) => void Reflect.construct(made as new () => unknown, given);
}

/** All functions and classes, each once however many entries have it; without sound arguments, only junk is tried. */
function exportedCalls(): Call[] {
  const seen = new Set<unknown>();
  return entries.flatMap(([entry, exported]) =>
    Object.entries<unknown>(exported as Record<string, unknown>).flatMap(([name, value]) => {
      if (typeof value !== 'function' || seen.has(value) || abstract.includes(name)) return [];
      seen.add(value);
      const run = /^[A-Z]/.test(name) ? making(value) : (value as Run);
      const declared = Object.hasOwn(sound, name);
      return [{ name: `${entry}.${name}`, run, sound: sound[name] ?? [], declared }];
    }),
  );
}

const nameOf = ({ name }: Call): string => name.split('.')[1]!;

/** Calls that write files; whoever makes them stands in a folder of his own. */
export function writingCalls(): Call[] {
  const exported = exportedCalls().filter((call) => writing.includes(nameOf(call)));
  return [...exported, ...madeCalls(sessionParts)];
}

/** Decoders and encoders of all formats, made and used. */
function codecCalls(): Call[] {
  return spikelineCodecs.codecs.flatMap(({ name, decoder, encoder }) => {
    const decode: Run = (options, ...cuts) => {
      const own = decoder(options);
      for (const bytes of cuts) own.push(bytes);
      own.end();
    };
    const encode: Run = (options, ...packets) => {
      const own = encoder!(options);
      for (const one of packets) own.push(one);
      own.end?.();
    };
    const bytes = bytesIn(name);
    return [
      { name: `codecs.${name} decoder`, run: decode, sound: [{}, ...bytes], declared: true },
      ...(encoder === undefined
        ? []
        : [
            {
              name: `codecs.${name} encoder`,
              run: encode,
              sound: [{}, pixelPackets[0]],
              declared: true,
            },
          ]),
    ];
  });
}

/** Some events as bytes of a format, as far as it takes pixels. */
function bytesIn(name: string): readonly unknown[] {
  try {
    const own = spikelineCodecs.codecNamed(name).encoder!();
    return [own.push(pixelPackets[0]! as never), own.end?.()].filter(
      (bytes) => bytes !== undefined,
    );
  } catch {
    return [new Uint8Array(64)];
  }
}

const { kernel, startPipeline } = spikeline;
const { referenceEngine } = neurons;

type Operator = (source: Observable<never>) => Observable<unknown>;

/** Sends items through an operator until it completes. */
function through(made: () => unknown): Run {
  return (...items) => lastValueFrom((made() as Operator)(from(items)).pipe(count()));
}

/** Calls a method of a link of its own, which is closed then. */
function onLink(call: (own: typeof link, given: never) => unknown): Run {
  return async (given) => {
    const own = await spikeline.virtualBoard({ seed: 1 }).open();
    try {
      await call(own, given);
    } finally {
      await own.close();
    }
  };
}

const layerOptions = { dt: 1e-3, recurrent: Float64Array.of(1, 2, 3, 4), batch: 1 };
const taped = { dt: 1e-3, steps: 3, batch: 1 };

/** A chunk that follows `input`. */
const later = { ...input, startTime: 3000 };
const laterPacket = events.aerPacket([1000, 5000], [0, 1], events.channels(2), 9000);
const lif = { neurons: 2, tauMem: 0.02 };

/** What is made of functions, and takes something itself. */
const methods: Parts = {
  'startPipeline.process': [(a: never) => startPipeline(net).process(a), input],
  'startPipeline.process lif': [(a: never) => startPipeline(lifNet).process(a), input],
  'training.advance': [
    (a: never) => train.startTraining(net, samples, { epochs: 3 }).advance(a),
    1,
  ],
  'reference.layer': [referenceEngine.layer, parameters, layerOptions],
  'reference.differentiable': [referenceEngine.differentiable, parameters, taped],
  'reference.supports': [referenceEngine.supports, 'lif'],
  'kernel.layer': [kernel().layer, parameters, layerOptions],
  'kernel.differentiable': [kernel().differentiable, parameters, taped],
  'kernel.supports': [kernel().supports, 'lif'],
  'simulator.unsupported': [spikeline.simulator().unsupported, net, { record: ['out'] }],
  'chip.unsupported': [spikeline.chip(link).unsupported, net, { record: ['out'] }],
  'losses.add': [
    (...given) => spikeline.simulator().losses.add(...(given as [never, never])),
    'a',
    1,
  ],
  'link.send': [
    onLink((own, a) => own.send(a)),
    { timestamps: Uint32Array.of(1), words: Uint32Array.of(word) },
  ],
  'link.configure': [onLink((own, a) => own.configure(a)), deployment.configuration],
  'link.time': [onLink((own, a) => own.time(a)), 0],
  'link.listen': [onLink((own, a) => own.listen(a)), { events: () => {} }],
};

/** Operators that take items of a stream. */
const streams: Readonly<Record<string, readonly [made: () => unknown, ...items: unknown[]]>> = {
  toEvents: [operators.toEvents, input, later],
  toRaster: [
    () => operators.toRaster({ channels: 2, dt: 1e-3, chunkSteps: 2 }),
    packet,
    laterPacket,
  ],
  decodeEvents: [() => operators.decodeEvents({ words: Uint32Array.of(word) }), wordPacket],
  collect: [sinks.collect, 1, 2],
  'runOn rasters': [() => operators.runOn(spikeline.simulator(), net), input, later],
  'runOn packets': [() => operators.runOn(spikeline.simulator(), net), packet, laterPacket],
  'runOn record': [
    () => operators.runOn(spikeline.simulator(), net, { record: ['in', 'out:imem'] }),
    packet,
    laterPacket,
  ],
  applyLinear: [() => operators.applyLinear({ weight: [[1], [2]] }), input, later],
  applyScale: [() => operators.applyScale({ scale: [1, 2] }), signal],
  applyThreshold: [() => operators.applyThreshold({ threshold: [1, 2] }), signal],
  applyDelay: [() => operators.applyDelay({ channels: 2, delay: 2e-3 }), input, later],
  applyDynapSim: [() => operators.applyDynapSim({ neurons: 2 }), signal],
  applyDynapSe2: [
    () => operators.applyDynapSe2({ neurons: 1 }),
    { ...signal, channels: 4, steps: 1 },
  ],
  applyLif: [() => operators.applyLif(lif), signal],
  applyLi: [() => operators.applyLi(lif), signal],
};

const camera = events.pixels(4, 4);
const pixelPackets = [
  events.aerPacket([1, 5], [2, 9], camera, 900),
  events.aerPacket([1000], [3], camera),
];
/** Operators on pixels, on channels, and on numbers, by what they are made of in `sound`. */
const filtered = [
  [
    pixelPackets,
    ['crop', 'maskPixels', 'downsample', 'flip', 'transpose', 'polarity', 'refractory'],
  ],
  [pixelPackets, ['denoise', 'hotPixels', 'toChannels', 'toFrame']],
  [
    [packet, laterPacket],
    ['remap', 'splitByAddress', 'delayEvents', 'jitter', 'rate', 'timeSlice'],
  ],
  [
    [packet, laterPacket],
    ['countSlice', 'mergeByTime', 'rateDecode', 'populationDecode'],
  ],
  [[signal], ['rateEncode', 'deltaEncode']],
] as const;

/** Calls of what functions have made. */
function madeCalls(parts: Parts): Call[] {
  return Object.entries(parts).map(([name, [run, ...given]]) => ({
    ...{ name: `made.${name}`, run, sound: given, declared: true },
  }));
}

/** All calls. */
export function allCalls(): Call[] {
  const made = madeCalls({ ...methods, ...loopParts });
  const streamed = Object.entries(streams).map(([name, [operator, ...items]]) => ({
    ...{ name: `stream.${name}`, run: through(operator), sound: items, declared: true },
  }));
  const byName = operators as unknown as Readonly<Record<string, (...given: unknown[]) => unknown>>;
  const onEvents = filtered.flatMap(([items, names]) =>
    names.map((name) => ({
      ...{ name: `stream.${name}`, run: through(() => byName[name]!(...sound[name]!)) },
      ...{ sound: [...items], declared: true },
    })),
  );
  const exported = exportedCalls().filter((call) => !writing.includes(nameOf(call)));
  return [...exported, ...made, ...streamed, ...onEvents, ...codecCalls()];
}
