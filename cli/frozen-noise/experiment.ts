import { join } from 'node:path';
import { type Observable, ReplaySubject } from 'rxjs';
import {
  chip,
  chooseNeurons,
  type Deployment,
  deploy,
  meanSquaredError,
  type Pipeline,
  pipelineToJson,
  referenceEngine,
  type SpikeRaster,
  simulator,
  type VirtualLink,
  virtualBoard,
} from 'spikeline';
import { encodeWeights, toSamnaJson } from 'spikeline/chip';
import { lossCounter } from 'spikeline/events';
import { lossFunction, pipelineGradient } from 'spikeline/train';
import { makeFolder, writeJson, writeWhole } from '../store.ts';
import { chipSeed, recordChips } from './chips.ts';
import { drawData, type FrozenNoiseData, readData } from './data.ts';
import { writeDrawings } from './draw.ts';
import { samplesOf } from './recipe.ts';
import type { FrozenNoiseResult } from './result.ts';
import { recordTarget, type TargetRecord } from './run-target.ts';
import { type FrozenTraining, trainFrozenNoise } from './training.ts';

/** What the experiment is told. */
export interface FrozenNoiseConfig {
  readonly seed: number;
  readonly epochs: number;
  /** Mismatch of the chips, as a fraction. */
  readonly mismatch: number;
  /** Mismatch during training, as a fraction. */
  readonly trainingMismatch: number;
  readonly chips: number;
  readonly tests: number;
  /** Streams the random rasters in real time too. */
  readonly realTime: boolean;
  /** Takes the first neurons of the chip as they are instead of measuring which are typical. */
  readonly uncalibrated: boolean;
  /** Folder with recorded patterns; drawn from the seed if left out. */
  readonly data?: string;
  /** Folder for everything that comes out. */
  readonly out: string;
  readonly checkpoint?: string;
}

/** Shows how far the experiment has come. */
export interface Progress {
  /** Begins a part of `total` pieces. */
  begin(label: string, total: number): void;
  /** Moves to `done` pieces; `note` says more. */
  move(done: number, note?: string): void;
  /** Ends the part. */
  end(): void;
}

/** Plain mean squared error of a network on both patterns, without mismatch. */
function plainLoss(net: Pipeline, data: FrozenNoiseData): number {
  const samples = samplesOf(data);
  const loss = lossFunction(meanSquaredError(), samples, data.patterns[0].steps, net.channelsOut);
  return pipelineGradient(net, samples, loss, referenceEngine).evaluate();
}

async function trainPart(
  config: FrozenNoiseConfig,
  data: FrozenNoiseData,
  stop$: Observable<unknown>,
  progress: Progress,
): Promise<FrozenTraining> {
  // From the first word on, so that no wish to stop is lost.
  const stopped$ = new ReplaySubject(1);
  const listening = stop$.subscribe(stopped$);
  progress.begin('training', config.epochs);
  const told = { ...config, stop$: stopped$ };
  const training = await trainFrozenNoise(data, told, ({ epoch, loss }, rate) =>
    progress.move(epoch, `${rate.toFixed(0)} epochs/s, loss ${loss.toFixed(4)}`),
  );
  listening.unsubscribe();
  progress.end();
  writeWhole(join(config.out, 'pipeline.json'), pipelineToJson(training.net));
  const { best, assessments, losses } = training;
  writeJson(join(config.out, 'training.json'), { chosen: best, assessments, losses });
  return training;
}

async function simulatePart(
  label: string,
  net: Pipeline,
  data: FrozenNoiseData,
  progress: Progress,
): Promise<TargetRecord> {
  progress.begin(label, data.tests.length);
  const target = simulator();
  const record = await recordTarget({ patterns: target, tests: target }, net, data, (done) =>
    progress.move(done),
  );
  progress.end();
  return record;
}

/** Rasters that the neurons of a chip are measured with. */
const measuringRasters = 4;

/** The deployment on those neurons of a chip that behave most like the model. */
async function calibrated(
  link: VirtualLink,
  net: Pipeline,
  deployment: Deployment,
  noise: readonly SpikeRaster[],
  progress: Progress,
): Promise<Deployment> {
  progress.begin('neurons', net.channelsOut * noise.length);
  const hardware = await chooseNeurons(link, deployment, noise, {
    onMeasured: (done) => progress.move(done),
  });
  progress.end();
  const { base } = deployment.cores[0]!.weights;
  return deploy(net, { hardware, quantiser: (values) => encodeWeights(values, base) });
}

/**
 * Streams to one virtual chip: measures its neurons and runs the patterns in real time, then the random
 * rasters as fast as it can.
 */
async function chipPart(
  config: FrozenNoiseConfig,
  net: Pipeline,
  deployment: Deployment,
  data: FrozenNoiseData,
  progress: Progress,
): Promise<TargetRecord> {
  const open = (realTime: boolean): Promise<VirtualLink> =>
    virtualBoard({
      seed: chipSeed(config.seed, 0),
      mismatch: { fraction: config.mismatch },
      dt: net.dt,
      realTime,
    }).open();
  const live = await open(true);
  const other = config.realTime ? live : await open(false);
  const losses = { patterns: lossCounter(), tests: lossCounter() };
  try {
    const noise = data.validation.slice(0, measuringRasters);
    const placed = config.uncalibrated
      ? deployment
      : await calibrated(live, net, deployment, noise, progress);
    progress.begin('chip', data.tests.length);
    writeWhole(join(config.out, 'configuration.json'), toSamnaJson(placed.configuration));
    const record = await recordTarget(
      {
        patterns: chip(live, { deployment: placed, losses: losses.patterns }),
        tests: chip(other, { deployment: placed, losses: losses.tests }),
      },
      net,
      data,
      (done) => progress.move(done),
    );
    writeJson(join(config.out, 'chip.json'), {
      board: live.info,
      statistics: live.statistics,
      outputs: placed.outputChannels,
      currents: placed.cores[0]!.currents,
      remarks: placed.remarks,
      lost: { patterns: losses.patterns.byReason, tests: losses.tests.byReason },
    });
    return record;
  } finally {
    await live.close();
    await other.close();
    progress.end();
  }
}

/**
 * Runs the experiment of the paper from training to many chips. What each part found is on disk before
 * the next begins.
 *
 * @throws StorageError if the folder for results or the recorded data cannot be used
 */
export async function runFrozenNoise(
  config: FrozenNoiseConfig,
  stop$: Observable<unknown>,
  progress: Progress,
): Promise<FrozenNoiseResult> {
  makeFolder(config.out);
  const { seed, out, tests } = config;
  const data =
    config.data === undefined ? drawData(seed, tests) : readData(config.data, seed, tests);
  const training = await trainPart(config, data, stop$, progress);
  const deployment = deploy(training.net);
  writeWhole(join(out, 'quantised.json'), pipelineToJson(deployment.quantised));
  const simulated = await simulatePart('simulation', training.net, data, progress);
  const quantised = await simulatePart('four bits', deployment.quantised, data, progress);
  const onChip = await chipPart(config, training.net, deployment, data, progress);
  progress.begin('chips', config.chips);
  const chips = await recordChips(training.net, deployment, data, config, (done) =>
    progress.move(done),
  );
  progress.end();
  const result: FrozenNoiseResult = {
    seed,
    epochs: training.epoch,
    loss: plainLoss(training.net, data),
    trainingSeconds: training.seconds,
    epochsPerSecond: training.seconds > 0 ? training.epochsHere / training.seconds : 0,
    simulated: simulated.result,
    quantised: { ...quantised.result, mse: deployment.mse },
    chip: onChip.result,
    chips: chips.result,
  };
  writeJson(join(out, 'result.json'), result);
  writeDrawings(out, { data, training, deployment, simulated, quantised, chip: onChip, chips });
  return result;
}
