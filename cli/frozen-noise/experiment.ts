import { join, resolve } from 'node:path';
import { lastValueFrom, merge, tap } from 'rxjs';
import {
  chip,
  chooseNeurons,
  type Deployment,
  deploy,
  meanSquaredError,
  type Pipeline,
  pipelineToJson,
  referenceEngine,
  simulator,
  type VirtualLink,
  virtualBoard,
} from 'spikeline';
import { encodeWeights, toSamnaJson } from 'spikeline/chip';
import { type Losses, lossCounter } from 'spikeline/events';
import { openFile, openFolder, type ResultFile, type ResultFolder } from 'spikeline/files';
import { StorageError } from 'spikeline/problems';
import { lossFunction, pipelineGradient } from 'spikeline/train';
import { jsonText } from '../json-text.ts';
import { pictureFiles } from '../pictures/index.ts';
import { turn } from '../turn.ts';
import { decidingOf } from './checkpoint.ts';
import { chipSeed, chipsRecord, runChips } from './chips.ts';
import { drawData, type FrozenNoiseData, readData } from './data.ts';
import { drawings } from './draw.ts';
import { fileNames } from './files.ts';
import type { Rates } from './rates.ts';
import { samplesOf } from './recipe.ts';
import type { FrozenNoiseResult, RealTimeResult } from './result.ts';
import { recordTarget, type TargetRecord } from './run-target.ts';
import { unlessStopped, type Wishes } from './stopping.ts';
import { type FrozenTraining, loadTraining, trainFrozenNoise } from './training.ts';

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

/** What every part is given: how it is told, where it writes to, and who stops it. */
interface Bench {
  readonly config: FrozenNoiseConfig;
  readonly data: FrozenNoiseData;
  readonly folder: ResultFolder;
  readonly wishes: Wishes;
  readonly progress: Progress;
}

async function trainPart(
  { config, data, folder, wishes, progress }: Bench,
  checkpoint: ResultFile | undefined,
): Promise<FrozenTraining> {
  const { checkpoint: _, ...told } = config;
  const deciding = decidingOf(data, config);
  const saved = checkpoint === undefined ? undefined : loadTraining(checkpoint, deciding);
  progress.begin('training', config.epochs);
  const training = await trainFrozenNoise(
    data,
    {
      ...told,
      ...(checkpoint === undefined ? {} : { checkpoint }),
      saved,
      deciding,
      stop$: merge(wishes.early$, wishes.stop$),
    },
    ({ epoch, loss }, rate) =>
      progress.move(epoch, `${rate.toFixed(0)} epochs/s, loss ${loss.toFixed(4)}`),
  );
  wishes.trained();
  progress.end();
  // Nothing was learnt that would be worth what lies there.
  if (training.epochsHere === 0) wishes.check();
  const { best, assessments, losses } = training;
  const files = {
    'pipeline.json': pipelineToJson(training.net),
    'training.json': jsonText({ chosen: best, assessments, losses }),
  };
  folder.writeAll(files);
  // What an earlier run left of later parts belongs to another network.
  folder.remove(...fileNames.filter((name) => !Object.hasOwn(files, name)));
  return training;
}

async function simulatePart(
  { data, wishes, progress }: Bench,
  label: string,
  net: Pipeline,
): Promise<TargetRecord> {
  progress.begin(label, data.tests.length);
  const target = simulator();
  const targets = { patterns: target, tests: target };
  const record = await recordTarget(targets, net, data, wishes.stop$, (done) =>
    progress.move(done),
  );
  progress.end();
  return record;
}

/** Rasters that the neurons of a chip are measured with. */
const measuringRasters = 4;

/** The deployment on those neurons of a chip that behave most like the model. */
async function calibrated(
  { data, progress }: Bench,
  link: VirtualLink,
  net: Pipeline,
  deployment: Deployment,
): Promise<Deployment> {
  const noise = data.validation.slice(0, measuringRasters);
  progress.begin('neurons', net.channelsOut * noise.length);
  const hardware = await chooseNeurons(link, deployment, noise, {
    onMeasured: (done) => progress.move(done),
  });
  progress.end();
  const { base } = deployment.cores[0]!.weights;
  return deploy(net, { hardware, quantiser: (values) => encodeWeights(values, base) });
}

/** The chip of the experiment, as fast as it can or in real time. */
function openChip(config: FrozenNoiseConfig, dt: number, realTime: boolean): Promise<VirtualLink> {
  const { seed, mismatch } = config;
  const silicon = { seed: chipSeed(seed, 0), mismatch: { fraction: mismatch } };
  return virtualBoard({ ...silicon, dt, realTime }).open();
}

/**
 * Measures the neurons of one virtual chip, takes the two best, and runs everything on it as fast as it can,
 * so that nothing can be late and the same seed gives the same figures.
 */
async function chipPart(
  bench: Bench,
  net: Pipeline,
  deployment: Deployment,
): Promise<{ readonly placed: Deployment; readonly record: TargetRecord; readonly lost: Losses }> {
  const { config, data, folder, wishes, progress } = bench;
  const link = await openChip(config, net.dt, false);
  const lost = lossCounter();
  try {
    const placed = config.uncalibrated
      ? deployment
      : await calibrated(bench, link, net, deployment);
    progress.begin('chip', data.tests.length);
    folder.write('configuration.json', toSamnaJson(placed.configuration));
    const target = chip(link, { deployment: placed, losses: lost });
    const targets = { patterns: target, tests: target };
    const record = await recordTarget(targets, net, data, wishes.stop$, (done) =>
      progress.move(done),
    );
    return { placed, record, lost };
  } finally {
    await link.close();
    progress.end();
  }
}

/** Streams the patterns, and if asked the random rasters, to the same chip in real time. */
async function realTimePart(
  { config, data, folder, wishes, progress }: Bench,
  net: Pipeline,
  placed: Deployment,
  chipLost: Losses,
): Promise<RealTimeResult> {
  const tests = config.realTime ? data.tests : [];
  progress.begin('real time', tests.length);
  const link = await openChip(config, net.dt, true);
  const lost = lossCounter();
  try {
    const target = chip(link, { deployment: placed, losses: lost });
    const { result } = await recordTarget(
      { patterns: target, tests: target },
      net,
      { ...data, tests },
      wishes.stop$,
      (done) => progress.move(done),
    );
    const { delivered = 0, late = 0, dropped = 0 } = link.statistics;
    folder.write(
      'chip.json',
      jsonText({
        board: link.info,
        statistics: link.statistics,
        outputs: placed.outputChannels,
        currents: placed.cores[0]!.currents,
        remarks: placed.remarks,
        lost: { chip: chipLost.byReason, realTime: lost.byReason },
      }),
    );
    return {
      fn0: result.fn0,
      fn1: result.fn1,
      ...(config.realTime ? { test: result.test } : {}),
      events: delivered + late + dropped,
      lost: { ...lost.byReason },
    };
  } finally {
    await link.close();
    progress.end();
  }
}

/** The figures so far; absent if they are in `result.json`. */
interface Found {
  figures?: Partial<FrozenNoiseResult> | undefined;
}

/** Runs all parts; what each found goes to `found` as it comes. */
async function runParts(
  bench: Bench,
  checkpoint: ResultFile | undefined,
  found: Found,
): Promise<FrozenNoiseResult> {
  const { config, data, folder, wishes, progress } = bench;
  const next = async (): Promise<void> => {
    await turn();
    wishes.check();
  };
  const add = (more: Partial<FrozenNoiseResult>): void => {
    found.figures = { ...found.figures, ...more };
  };
  const training = await trainPart(bench, checkpoint);
  const trained = {
    seed: config.seed,
    epochs: training.epoch,
    loss: plainLoss(training.net, data),
    trainingSeconds: training.seconds,
    epochsPerSecond: training.seconds > 0 ? training.epochsHere / training.seconds : 0,
  };
  add(trained);
  const deployment = deploy(training.net);
  folder.write('quantised.json', pipelineToJson(deployment.quantised));
  await next();
  const simulated = await simulatePart(bench, 'simulation', training.net);
  add({ simulated: simulated.result });
  await next();
  const fourBits = await simulatePart(bench, 'four bits', deployment.quantised);
  const quantised = { ...fourBits.result, mse: deployment.mse };
  add({ quantised });
  await next();
  const onChip = await chipPart(bench, training.net, deployment);
  add({ chip: onChip.record.result });
  await next();
  const realTime = await realTimePart(bench, training.net, onChip.placed, onChip.lost);
  add({ realTime });
  await next();
  progress.begin('chips', config.chips);
  const rates: (readonly Rates[])[] = [];
  const chips$ = runChips(training.net, deployment, data, config).pipe(
    tap((own) => {
      progress.move(rates.push(own));
      add({ chips: chipsRecord(rates).result });
    }),
    unlessStopped(wishes.stop$),
  );
  await lastValueFrom(chips$, { defaultValue: undefined });
  progress.end();
  const chips = chipsRecord(rates);
  await next();
  const result: FrozenNoiseResult = {
    ...trained,
    simulated: simulated.result,
    quantised,
    chip: onChip.record.result,
    chips: chips.result,
    realTime,
  };
  const records = { simulated, quantised: fourBits, chip: onChip.record, chips };
  folder.write('result.json', jsonText(result));
  found.figures = undefined;
  folder.writeAll(pictureFiles(drawings({ data, training, deployment, ...records })));
  if (training.unsaved !== undefined) throw training.unsaved;
  return result;
}

/** Opens the folder and the checkpoint; finds out what cannot be written or read before any work. */
function opened({ out, data, checkpoint }: FrozenNoiseConfig) {
  const recorded = data === undefined ? [] : [join(data, 'train.json')];
  const clash = fileNames.find(
    (name) => checkpoint !== undefined && resolve(out, name) === resolve(checkpoint),
  );
  if (checkpoint !== undefined && clash !== undefined) {
    throw new StorageError(checkpoint, 'would be written over by a result; name another file');
  }
  const inputs = checkpoint === undefined ? recorded : [...recorded, checkpoint];
  const folder = openFolder(out, { names: fileNames, inputs });
  try {
    const file = checkpoint === undefined ? undefined : openFile(checkpoint, recorded);
    return { folder, file };
  } catch (cause) {
    folder.close();
    throw cause;
  }
}

/**
 * Runs the experiment of the paper from training to many chips. What each part found is on disk before
 * the next begins; if it ends before its time, `unfinished.json` has the figures so far.
 *
 * @throws StorageError if the folder for results, the checkpoint or the recorded data cannot be used
 * @throws Stopped if it was stopped
 */
export async function runFrozenNoise(
  config: FrozenNoiseConfig,
  wishes: Wishes,
  progress: Progress,
): Promise<FrozenNoiseResult> {
  const { folder, file } = opened(config);
  const found: Found = {};
  try {
    const { seed, tests } = config;
    const data =
      config.data === undefined ? drawData(seed, tests) : readData(config.data, seed, tests);
    return await runParts({ config, data, folder, wishes, progress }, file, found);
  } catch (cause) {
    if (found.figures !== undefined) keepFound(folder, found.figures);
    throw cause;
  } finally {
    progress.end();
    file?.close();
    folder.close();
  }
}

/** Writes the figures so far; where even that fails, the first cause is the one to tell. */
function keepFound(folder: ResultFolder, figures: Partial<FrozenNoiseResult>): void {
  try {
    folder.write('unfinished.json', jsonText(figures));
  } catch {
    // Told is what ended the run.
  }
}
