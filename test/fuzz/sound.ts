/** Arguments that are sound, for every function of every entry. */
import { of } from 'rxjs';
import * as spikeline from 'spikeline';
import * as chip from 'spikeline/chip';
import * as events from 'spikeline/events';
import * as neurons from 'spikeline/neurons';
import * as nir from 'spikeline/nir';
import * as train from 'spikeline/train';
import { ofDevices } from './sound-devices.ts';
import { ofFiles, ofFormats } from './sound-files.ts';
import { ofLoops } from './sound-loops.ts';
import { asking, failing } from './sound-problems.ts';

const { dynapSim, lif, linear, pipeline, spikeRaster } = spikeline;
const weight = [
  [1, 2],
  [3, -4],
];

/** A small network for a chip, and another whose neurons it does not know. */
export const net: spikeline.Pipeline = pipeline(
  linear({ weight, name: 'in' }),
  dynapSim({ neurons: 2, name: 'out' }),
);
export const lifNet: spikeline.Pipeline = pipeline(
  linear({ weight }),
  lif({ neurons: 2, tauMem: 0.02, tauSyn: 0.01 }),
);
export const input: spikeline.SpikeRaster = spikeRaster({
  channels: 2,
  dt: 1e-3,
  counts: [1, 0, 0, 1, 2, 0],
});
export const signal: spikeline.SignalRaster = {
  steps: 2,
  channels: 2,
  dt: 1e-3,
  startTime: 0,
  values: Float64Array.of(1, 0, 2.5, 1),
};
export const samples: spikeline.TrainingSample[] = [
  { input, target: new Float64Array(6), label: 0 },
];
export const packet: spikeline.AerPacket<spikeline.ChannelSpace> = events.aerPacket(
  [1, 5],
  [0, 1],
  events.channels(2),
  900,
);
export const deployment: spikeline.Deployment = spikeline.deploy(net);
export const word: number = deployment.inputWords[0]![0]!;
export const wordPacket: spikeline.AerPacket = events.aerPacket(
  [1, 5],
  [word, word],
  events.chipWords('dynapse2'),
  900,
);
const graph = nir.nirOfPipeline(pipeline(linear({ weight }), lif({ neurons: 2, tauMem: 0.02 })));
const training = train.startTraining(net, samples, { epochs: 3 });
export const parameters: neurons.DynapSimParameters = neurons.dynapSimParameters({}, 2);
/** A board that is made of the clock of the host, so that time never waits. */
export const board: ReturnType<typeof spikeline.virtualBoard> = spikeline.virtualBoard({ seed: 1 });
export const link: Awaited<ReturnType<typeof board.open>> = await board.open();
const score = (): number => 1;
const currents = Object.fromEntries(chip.coreCurrentNames.map((name) => [name, 1e-10]));

const made: Readonly<Record<string, readonly unknown[]>> = {
  linear: [{ weight, bias: 1, name: 'a' }],
  dynapSim: [{ neurons: 2, recurrent: weight, Idc: [1e-12, 2e-12], dt: 1e-3, name: 'a' }],
  dynapSe2: [{ neurons: 1, recurrent: [[1, 2, 3, 4]], Idc: 1e-12, dt: 1e-3 }],
  lif: [{ neurons: 2, tauMem: 0.02, tauSyn: 0.01, threshold: 1, recurrent: weight, dt: 1e-3 }],
  li: [{ neurons: 2, tauMem: 0.02, bias: 0, dt: 1e-3 }],
  integrator: [{ neurons: 2, resistance: 1, dt: 1e-3 }],
  integrateAndFire: [{ neurons: 2, resistance: 1, threshold: 1, dt: 1e-3 }],
  scale: [{ scale: [1, 2] }],
  threshold: [{ threshold: [1, 2] }],
  delay: [{ channels: 2, delay: 1e-3, dt: 1e-3 }],
  add: [{ channels: 2, inputs: 2 }],
  concatenate: [{ channels: [1, 2] }],
  pipeline: [linear({ weight }), dynapSim({ neurons: 2, recurrent: weight })],
  parallel: [linear({ weight }), linear({ weight }), { join: 'add', name: 'sum' }],
  residual: [dynapSim({ neurons: 2 })],
  feedback: [dynapSim({ neurons: 2 })],
  fromStages: [net.stages],
  withStages: [net, net.stages],
  pipelineUpTo: [net, 'out'],
  stageWeights: [net.stages[0]],
  withStageWeights: [net.stages[0], new Float64Array(4)],
  matrix: [weight],
  matrixRows: [{ rows: 1, columns: 2, values: new Float64Array(2) }],
  startPipeline: [net, undefined, { record: ['out', 'out:imem'] }],
  summary: [net, [spikeline.simulator()]],
  packPipeline: [net],
  unpackPipeline: [spikeline.packPipeline(net)],
  pipelineToJson: [net],
  pipelineFromJson: [spikeline.pipelineToJson(net)],
};

const data: Readonly<Record<string, readonly unknown[]>> = {
  spikeRaster: [{ channels: 2, dt: 1e-3, startTime: 0, counts: [1, 0, 0, 1] }],
  poissonRaster: [{ channels: 2, rate: 50, duration: 0.01, seed: 1, dt: 1e-3, labels: ['a', 1] }],
  channelCounts: [input],
  channelRates: [input],
  aerPacket: [[1, 5], [0, 1], events.channels(2), 9],
  emptyPacket: [events.channels(2), 9],
  channels: [2],
  pixels: [4, 4],
  chipWords: ['dynapse2'],
  packPixel: [events.pixels(4, 4), { x: 1, y: 2, polarity: 1 }],
  unpackPixel: [events.pixels(4, 4), 3],
  rasterToEvents: [input],
  eventsToRaster: [packet, { channels: 2, dt: 1e-3, steps: 3, startTime: 0 }],
  binStart: [3, 1e-3],
  firingRateRatio: [[1, 2], 0],
  inTurn: [[input, input]],
  lossCounter: [],
};

const filters: Readonly<Record<string, readonly unknown[]>> = Object.fromEntries(
  (
    [
      ['crop', 'cropFilter', [{ x: 0, y: 1, width: 2, height: 2 }]],
      ['maskPixels', 'maskPixelsFilter', [{ pixels: [{ x: 1, y: 1 }] }]],
      ['downsample', 'downsampleFilter', [2]],
      ['flip', 'flipFilter', ['both']],
      ['transpose', 'transposeFilter', [{}]],
      ['polarity', 'polarityFilter', ['on']],
      ['refractory', 'refractoryFilter', [{ period: 1e-3 }]],
      ['denoise', 'denoiseFilter', [{ window: 1e-3 }]],
      ['hotPixels', 'hotPixelsFilter', [{ rate: 10, window: 0.1 }]],
      ['remap', 'remapFilter', [{ table: [1, -1], space: events.channels(2) }]],
      ['splitByAddress', 'splitByAddressFilter', [{ parts: { a: [0], b: [1] } }]],
      ['delayEvents', 'delayEventsFilter', [{ delay: 1e-3 }]],
      ['jitter', 'jitterFilter', [{ sigma: 1e-3, seed: 1 }]],
      ['toChannels', 'toChannelsFilter', [{ polarity: 'merge' }]],
      ['rate', 'rateFilter', [{ dt: 1e-3, startTime: 0 }]],
      ['timeSlice', 'timeSlicer', [{ window: 1e-3, startTime: 0, maxGap: 1 }]],
      ['countSlice', 'countSlicer', [{ events: 2 }]],
      ['toFrame', 'toFrameSlicer', [{ window: 1e-3, kind: 'timeSurface', tau: 1 }]],
      ['rateDecode', 'rateDecoder', [{ tau: 0.01, dt: 1e-3 }]],
      ['populationDecode', 'populationDecoder', [{ values: [[1], [2]], window: 0.01 }]],
      ['rateEncode', 'rateEncoder', [{ range: [0, 2], neurons: 2, rate: 9, width: 1 }]],
      ['deltaEncode', 'deltaEncoder', [{ threshold: 1, initial: 0 }]],
    ] as const
  ).flatMap(([operator, pure, given]) => [
    [operator, given],
    [pure, given],
  ]),
);

const streams: Readonly<Record<string, readonly unknown[]>> = {
  mergeByTime: [[of(packet)], { lateness: 1 }],
  timeMerger: [2, { lateness: 1 }],
  inTimeOrder: [{ lateness: 1e-3 }],
  fromFile: [new Blob(['hello']), { window: 1e-3, loop: 2, speed: 1, lateness: 1 }],
  fromStdin: [{ format: 'dat', events: 2 }],
  fromSeries: [signal, { delta: { threshold: 1 }, duration: 1, chunkSteps: 5 }],
  fromUdp: [{ port: 0, form: 'spif', width: 4, height: 4, buffer: 4096 }],
  fromWebSocket: [{ listen: 0, host: '127.0.0.1' }, {}],
  toFile: ['out.spk', { stream: 'a', overwrite: true, flushEvery: 1, options: {} }],
  toStdout: [{ format: 'dat' }],
  toUdp: [{ port: 9, form: 'spif', timestamps: true, maxBytes: 512, rate: 1e6, capacity: 9 }],
  toWebSocket: ['ws://127.0.0.1:1', { capacity: 4096 }],
};

const learning: Readonly<Record<string, readonly unknown[]>> = {
  startTraining: [net, samples, { epochs: 3, seed: 1, mismatch: { fraction: 0.1, every: 2 } }],
  train: [net, samples, { epochs: 3, reportEvery: 1, weightLimits: { in: { min: -5, max: 5 } } }],
  packCheckpoint: [training.checkpoint()],
  unpackCheckpoint: [train.packCheckpoint(training.checkpoint())],
  pipelineWeights: [net],
  withWeights: [net, new Float64Array(4)],
  meanSquaredError: [1],
  rateCrossEntropy: [0.1],
  lossFunction: [spikeline.meanSquaredError(), samples, 3, 2],
  pipelineGradient: [
    net,
    samples,
    train.lossFunction(spikeline.meanSquaredError(), samples, 3, 2),
    neurons.referenceEngine,
  ],
  drawMismatch: [parameters, { fraction: 0.3, sigmaRule: 3 }, 1, 'a', 2],
  dynapSimParameters: [{ Idc: 1e-12 }, 2],
  referenceLayer: [parameters, { dt: 1e-3, batch: 1, recurrent: Float64Array.of(1, 2, 3, 4) }],
  ampaGaba: [weight],
  randomStream: [1, 'a', 2],
  kernel: [{ threads: 1 }],
  kernelFeatures: [],
  defaultEngine: [],
  engineSuite: [neurons.referenceEngine, { tolerance: 1e-6 }],
  dynapSimOperation: [{ neurons: 2, steps: 3, trials: 1 }],
  pipelineLoss: [net, samples, { seed: 1 }],
  useBackend: [['cpu']],
};

const onChip: Readonly<Record<string, readonly unknown[]>> = {
  quantise: [[1, 2, 3], { seed: 1, restarts: 2, hops: 2 }],
  autoencoderQuantise: [[1, 2, 3], { seed: 1, epochs: 5 }],
  encodeWeights: [
    [1, 2],
    [1, 2, 4, 8],
  ],
  deploy: [net, { chips: 1, monitored: ['out'] }],
  checkDeployment: [net, { chips: 1 }],
  diagnose: [deployment, input],
  assess: [net, score, { chips: 1, seed: 1 }],
  fineTune: [net, samples, { epochs: 1 }],
  chooseNeurons: [link, deployment, [input], {}],
  coreErrors: [deployment],
  coreTimes: [currents],
  coreGains: [currents],
  toSamnaJson: [deployment.configuration],
  fromSamnaJson: [chip.toSamnaJson(deployment.configuration), {}],
  inspectConfiguration: [deployment.configuration],
  networkFrom: [deployment.configuration, { inputs: deployment.inputWords }],
  toDynapSim: [lifNet],
  biasCurrent: ['SOIF_DC_P', { coarse: 1, fine: 2 }],
  nearestBias: ['SOIF_DC_P', 1e-12],
  familyNamed: ['dynapse2'],
  eventWord: [chip.eventOf(word)],
  eventOf: [word],
  runConformance: ['/nowhere', []],
  recordedPatterns: ['/nowhere'],
  recordedRasters: ['/nowhere', 2, 1e-3],
  nirOfPipeline: [lifNet],
  pipelineOfNir: [graph, { dt: 1e-3 }],
  writeNir: [graph],
  readNir: [new Uint8Array(64)],
};

const streaming: Readonly<Record<string, readonly unknown[]>> = {
  frozenNoise: [
    { channels: 2, rate: 50, duration: 0.01, seed: 1, pattern: 1, dt: 1e-3, chunkSteps: 5 },
  ],
  poisson: [{ channels: 2, rate: 10, duration: 0.02, seed: 1, chunkSteps: 10 }],
  fromRaster: [input, { chunkSteps: 2 }],
  fromPull: [[1, 2], { credit: 1, consume: () => of(1) }],
  fromHardware: [link, {}],
  boundedBuffer: [{ capacity: 4, policy: 'dropOldest', consume: () => of(1) }],
  toRaster: [{ channels: 2, dt: 1e-3, chunkSteps: 2, startTime: 0, maxGap: 1, onGap: 'jump' }],
  toEvents: [],
  decodeEvents: [{ words: Uint32Array.of(word) }],
  collect: [],
  toFpga: [link, { lookAhead: 5e-3, inputWords: deployment.inputWords }],
  usingLink: [() => board.open(), () => of(1)],
  runOn: [spikeline.simulator(), net, { record: ['out', 'out:imem'], startTime: 0 }],
  applyLinear: [{ weight }],
  applyScale: [{ scale: [1, 2] }],
  applyThreshold: [{ threshold: [1, 2] }],
  applyDelay: [{ channels: 2, delay: 1e-3 }],
  applyDynapSim: [{ neurons: 2 }],
  applyDynapSe2: [{ neurons: 2 }],
  applyLif: [{ neurons: 2, tauMem: 0.02 }, { engine: spikeline.kernel() }],
  applyLi: [{ neurons: 2, tauMem: 0.02 }],
  applyIntegrator: [{ neurons: 2 }],
  applyIntegrateAndFire: [{ neurons: 2 }],
  simulator: [{ engine: neurons.referenceEngine }],
  chip: [link, { lookAhead: 5e-3, policy: 'follow' }],
  virtualBoard: [{ seed: 1, mismatch: { fraction: 0.1 } }],
  targetSuite: [{ open: async () => ({ target: spikeline.simulator() }) }],
  linkSuite: [{ open: () => board.open(), configuration: deployment.configuration, word }],
  boardAt: ['tcp://127.0.0.1:1', { patience: 10 }],
  fromNats: ['nats://127.0.0.1:1/a', { recording: true, after: 1, reader: 'a', lost: 'count' }],
  natsItems: ['nats://127.0.0.1:1/a', { capacity: 5, until: 'never' }],
  natsPublisher: ['nats://127.0.0.1:1/a', { recording: true, maxBytes: 1000, buffer: 1000 }],
  toNats: ['nats://127.0.0.1:1/a', { reconnect: { attempts: 1, wait: 0.01 } }],
  remote: ['nats://127.0.0.1:1/a', { lost: 'restart', patience: 10, buffer: 1000 }],
  serveTarget: ['nats://127.0.0.1:1/a', { open: () => spikeline.simulator(), budget: { runs: 1 } }],
  natsPosition: [events.series([1], [2])],
  serveBoard: [board, { listen: 'tcp://127.0.0.1:0', patience: 10 }],
};

/** Arguments that are sound, by the name of the function. */
export const sound: Readonly<Record<string, readonly unknown[]>> = {
  ...{
    ...made,
    ...data,
    ...filters,
    ...streams,
    ...learning,
    ...onChip,
    ...streaming,
    ...asking,
    ...failing(net, training.checkpoint()),
    ...ofFormats,
    ...ofFiles,
    ...(await ofLoops(net)),
    ...ofDevices,
  },
};
