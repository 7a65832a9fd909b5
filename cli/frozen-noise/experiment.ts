/** The experiment from training to many chips. */
import { join, resolve } from 'node:path';
import { lastValueFrom, merge, tap } from 'rxjs';
import {
  meanSquaredError,
  type Pipeline,
  pipelineToJson,
  referenceEngine,
  simulator,
} from 'spikeline';
import { openFile, openFolder, type ResultFile, type ResultFolder } from 'spikeline/files';
import { StorageError } from 'spikeline/problems';
import { lossFunction, pipelineGradient } from 'spikeline/train';
import { jsonText } from '../json-text.ts';
import { pictureFiles } from '../pictures/index.ts';
import { recorder, recording } from '../streams/recorder.ts';
import { turn } from '../turn.ts';
import type { Bench, FrozenNoiseConfig, Progress } from './bench.ts';
import { openExperimentBoard } from './board.ts';
import { decidingOf } from './checkpoint.ts';
import { chipPart, realTimePart } from './chip-parts.ts';
import { chipsRecord, runChips } from './chips.ts';
import { drawData, type FrozenNoiseData, readData } from './data.ts';
import { drawings } from './draw.ts';
import { fileNames } from './files.ts';
import type { Rates } from './rates.ts';
import { samplesOf } from './recipe.ts';
import type { FrozenNoiseResult } from './result.ts';
import { recordTarget, type TargetRecord } from './run-target.ts';
import { unlessStopped, type Wishes } from './stopping.ts';
import { type FrozenTraining, loadTraining, trainFrozenNoise } from './training.ts';

/** Plain mean squared error of a network on both patterns, without mismatch. */
function plainLoss(net: Pipeline, data: FrozenNoiseData): number {
  const samples = samplesOf(data);
  const loss = lossFunction(meanSquaredError(), samples, data.patterns[0].steps, net.channelsOut);
  return pipelineGradient(net, samples, loss, referenceEngine).evaluate();
}

async function trainPart(
  { config, board, data, folder, wishes, progress }: Bench,
  checkpoint: ResultFile | undefined,
): Promise<FrozenTraining> {
  const { checkpoint: _, ...told } = config;
  const deciding = decidingOf(data, config, board.family.name);
  const saved = checkpoint === undefined ? undefined : loadTraining(checkpoint, deciding);
  progress.begin('training', config.epochs);
  const training = await trainFrozenNoise(
    data,
    {
      ...told,
      family: board.family,
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
  const deployment = bench.board.deploy(training.net);
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
    ...(bench.board.info !== undefined && { board: bench.board.info }),
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
  let board: Bench['board'] | undefined;
  try {
    // What cannot be opened is told before anything is trained.
    board = await openExperimentBoard(config);
    const opened = board;
    const { seed, tests } = config;
    const data =
      config.data === undefined ? drawData(seed, tests) : readData(config.data, seed, tests);
    const { record } = config;
    const about = { command: 'frozen-noise', seed };
    const keep = record === undefined ? undefined : recorder(record, about, false);
    const parts = () =>
      runParts({ config, board: opened, data, folder, wishes, progress, keep }, file, found);
    return await recording(
      keep,
      () => ({}),
      parts,
      () => undefined,
    );
  } catch (cause) {
    if (found.figures !== undefined) keepFound(folder, found.figures);
    throw cause;
  } finally {
    progress.end();
    await board?.close().catch(() => {});
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
