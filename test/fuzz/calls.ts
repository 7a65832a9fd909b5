/** Every function of every public entry, with arguments that are sound where there are any. */
import * as spikeline from 'spikeline';
import * as chip from 'spikeline/chip';
import * as conformance from 'spikeline/conformance';
import * as devices from 'spikeline/devices';
import * as events from 'spikeline/events';
import * as neurons from 'spikeline/neurons';
import * as nir from 'spikeline/nir';
import * as operators from 'spikeline/operators';
import * as problems from 'spikeline/problems';
import * as sinks from 'spikeline/sinks';
import * as sources from 'spikeline/sources';
import * as stages from 'spikeline/stages';
import * as targets from 'spikeline/targets';
import * as train from 'spikeline/train';

/** A function of an entry. */
export interface Call {
  /** `entry.name`. */
  readonly name: string;
  readonly run: (...given: readonly unknown[]) => unknown;
  readonly sound: readonly unknown[] | undefined;
}

const entries = {
  ...{ spikeline, chip, conformance, devices, events, neurons, nir, operators, problems, sinks },
  ...{ sources, stages, targets, train },
};

/** They open sockets; their arguments are tried where sockets are. */
const sockets = ['serveBoard', 'boardAt'];

/** Functions of which some junk is known to end otherwise: each is to leave this list. */
const open = [
  ...['deploy', 'pipelineOfNir', 'spikeRaster', 'startPipeline', 'train', 'withStages', 'writeNir'],
  ...['aerPacket', 'coreErrors', 'dynapSimParameters', 'eventOf', 'eventWord', 'fromStages'],
  ...['inspectConfiguration', 'lossFunction', 'pipelineGradient', 'referenceLayer', 'toDynapSim'],
];

const leftOut = [...sockets, ...open];

const { linear, dynapSim, lif, pipeline, spikeRaster } = spikeline;
const weight = [
  [1, 2],
  [3, -4],
];
const net = pipeline(linear({ weight }), dynapSim({ neurons: 2, name: 'out' }));
const input = spikeRaster({ channels: 2, dt: 1e-3, counts: [1, 0, 0, 1, 2, 0] });
const samples = [{ input, target: new Float64Array(6), label: 0 }];
const packet = events.aerPacket([1, 5], [0, 1], events.channels(2));
const deployment = spikeline.deploy(net);
const graph = nir.nirOfPipeline(pipeline(linear({ weight }), lif({ neurons: 2, tauMem: 0.02 })));
const training = train.startTraining(net, samples, { epochs: 3 });
const parameters = neurons.dynapSimParameters({}, 2);

/** Arguments that are sound, by the name of the function. */
const sound: Readonly<Record<string, readonly unknown[]>> = {
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
  pipeline: [linear({ weight }), dynapSim({ neurons: 2 })],
  parallel: [linear({ weight }), linear({ weight }), { join: 'add' }],
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
  summary: [net],
  packPipeline: [net],
  unpackPipeline: [spikeline.packPipeline(net)],
  pipelineToJson: [net],
  pipelineFromJson: [spikeline.pipelineToJson(net)],
  spikeRaster: [{ channels: 2, dt: 1e-3, startTime: 0, counts: [1, 0, 0, 1] }],
  poissonRaster: [{ channels: 2, rate: 50, duration: 0.01, seed: 1, dt: 1e-3, labels: ['a', 1] }],
  channelCounts: [input],
  channelRates: [input],
  aerPacket: [[1, 5], [0, 1], events.channels(2), 9],
  emptyPacket: [events.channels(2), 9],
  channels: [2],
  pixels: [4, 4],
  chipWords: ['dynapse2'],
  packPixel: [events.pixels(4, 4), 1, 2, true],
  unpackPixel: [events.pixels(4, 4), 3],
  rasterToEvents: [input],
  eventsToRaster: [packet, { channels: 2, dt: 1e-3, steps: 3, startTime: 0 }],
  binStart: [3, 1e-3],
  firingRateRatio: [[1, 2], 0],
  inTurn: [[input, input]],
  startTraining: [net, samples, { epochs: 3, seed: 1, mismatch: { fraction: 0.1, every: 2 } }],
  train: [net, samples, { epochs: 3, reportEvery: 1 }],
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
  dynapSe2Parameters: [{ Idc: 1e-12 }, 2],
  referenceLayer: [parameters, { dt: 1e-3, batch: 1 }],
  randomStream: [1, 'a', 2],
  kernel: [{ threads: 1 }],
  quantise: [[1, 2, 3], { seed: 1, restarts: 2, hops: 2 }],
  encodeWeights: [
    [1, 2],
    [1, 2, 4, 8],
  ],
  deploy: [net],
  diagnose: [deployment, input],
  coreErrors: [deployment],
  toSamnaJson: [deployment.configuration],
  fromSamnaJson: [chip.toSamnaJson(deployment.configuration), {}],
  inspectConfiguration: [deployment.configuration],
  networkFrom: [deployment.configuration, {}],
  toDynapSim: [net],
  biasCurrent: ['SOIF_DC_P', { coarse: 1, fine: 2 }],
  nearestBias: ['SOIF_DC_P', 1e-12],
  nirOfPipeline: [net],
  pipelineOfNir: [graph, { dt: 1e-3 }],
  writeNir: [graph],
  readNir: [new Uint8Array(64)],
  frozenNoise: [{ patterns: [input] }],
  poisson: [{ channels: 2, rate: 10, seed: 1, chunkSteps: 10 }],
  fromRaster: [input, { chunkSteps: 2 }],
  boundedBuffer: [4, 'oldest'],
  toRaster: [{ channels: 2, dt: 1e-3, chunkSteps: 2 }],
  virtualBoard: [{ seed: 1, mismatch: { fraction: 0.1 } }],
  simulator: [{}],
  problem: ['a', 'unknown', 1, 'b'],
  fault: ['a', 'unknown', 'b'],
  within: ['a', []],
  problemText: [problems.fault('a', 'unknown', 'b')],
};

/** All calls, each function once however many entries have it. */
export function allCalls(): Call[] {
  const seen = new Set<unknown>();
  return Object.entries(entries).flatMap(([entry, exported]) =>
    Object.entries<unknown>(exported).flatMap(([name, value]) => {
      const made = typeof value === 'function' && !/^[A-Z]/.test(name) && !seen.has(value);
      if (!made || leftOut.includes(name)) return [];
      seen.add(value);
      return [{ name: `${entry}.${name}`, run: value as Call['run'], sound: sound[name] }];
    }),
  );
}
