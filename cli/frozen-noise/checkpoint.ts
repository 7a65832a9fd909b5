/** The checkpoint file of the experiment: the training itself, what was found on the way, and what decides it all. */
import { createHash } from 'node:crypto';
import { Packr } from 'msgpackr/pack';
import { DataError, InvalidArgumentError, type SpikeRaster } from 'spikeline';
import { seal, unseal } from 'spikeline/files';
import {
  type Check,
  listOf,
  number,
  type OptionTable,
  optionProblems,
  options,
  type Problem,
  problem,
  text,
  within,
} from 'spikeline/problems';
import { type Checkpoint, packCheckpoint, unpackCheckpoint } from 'spikeline/train';
import type { Assessment } from './assess.ts';
import type { FrozenNoiseData } from './data.ts';
import { engineOf, recipe } from './recipe.ts';

/** Everything that decides which network comes out, by the name under which one gives it. */
export interface Deciding {
  readonly '--seed': number;
  readonly '--epochs': number;
  readonly '--mismatch': number;
  readonly '--training-mismatch': number;
  /** Digest of the patterns and of the rasters that networks are chosen by. */
  readonly '--data': string;
  /** What computes: another one rounds otherwise. */
  readonly engine: string;
  /** Digest of how is trained and chosen. */
  readonly recipe: string;
}

/** What a checkpoint file holds. */
export interface SavedTraining {
  readonly training: Checkpoint;
  /** The best network so far; null if none was assessed. */
  readonly best: { readonly assessment: Assessment; readonly weights: Float64Array } | null;
  readonly assessments: readonly Assessment[];
  /** Epoch and loss of every report. */
  readonly losses: readonly (readonly [number, number])[];
}

/** Version of what is found and how it is chosen: a change of `assess.ts` is another one. */
const assessing = 1;

const form = { what: 'frozen-noise checkpoint', version: 2 };
const packr = new Packr({ moreTypes: true, useRecords: false });

function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 16);
}

function rasterBytes({ channels, steps, dt, counts }: SpikeRaster): (string | Uint8Array)[] {
  const bytes = new Uint8Array(counts.buffer, counts.byteOffset, counts.byteLength);
  return [`${channels} ${steps} ${dt};`, bytes];
}

/** What decides the result of a training of the experiment. */
export function decidingOf(
  { patterns, validation }: FrozenNoiseData,
  config: {
    readonly seed: number;
    readonly epochs: number;
    readonly mismatch: number;
    readonly trainingMismatch: number;
  },
  family = 'dynapse2',
): Deciding {
  const { seed, epochs, mismatch, trainingMismatch } = config;
  // Networks for other chips are chosen by how those hold their weights.
  const chosen = family === 'dynapse2' ? [assessing] : [assessing, family];
  return {
    '--seed': seed,
    '--epochs': epochs,
    '--mismatch': mismatch,
    '--training-mismatch': trainingMismatch,
    '--data': sha256(...[...patterns, ...validation].flatMap(rasterBytes)),
    engine: engineOf().name,
    recipe: sha256(JSON.stringify([...chosen, recipe(seed, epochs, trainingMismatch)])),
  };
}

// Ratios may be infinite, and NaN if nothing fired.
const figure: Check = (value) =>
  typeof value === 'number' ? [] : [problem('', 'wrong-type', value, 'a number is needed')];

const pair: Check = (value) => {
  const problems = listOf(figure)(value);
  if (problems.length > 0 || (value as unknown[]).length === 2) return problems;
  return [problem('length', 'wrong-shape', (value as unknown[]).length, 'two numbers are needed')];
};

const floats: Check = (value) =>
  value instanceof Float64Array
    ? []
    : [problem('', 'wrong-type', value, 'a Float64Array is needed')];

const assessmentTable: OptionTable<Assessment> = {
  epoch: number({ min: 0, whole: true }),
  simulated: pair,
  quantised: pair,
  chips: pair,
  worstChip: figure,
  test: figure,
  margin: figure,
};
const assessment: Check = (value) =>
  optionProblems(value, assessmentTable, ...(Object.keys(assessmentTable) as never[]));

const decidingTable: OptionTable<Deciding> = {
  '--seed': number(),
  '--epochs': number(),
  '--mismatch': number(),
  '--training-mismatch': number(),
  '--data': text,
  engine: text,
  recipe: text,
};

type Content = Omit<SavedTraining, 'training'> & {
  readonly deciding: Deciding;
  readonly training: Checkpoint;
};

const bestTable = { assessment, weights: floats };
const contentTable: OptionTable<Content> = {
  deciding: options(decidingTable),
  training: () => [],
  best: (value) =>
    value === null ? [] : optionProblems(value, bestTable, 'assessment', 'weights'),
  assessments: listOf(assessment),
  losses: listOf(pair),
};

/** Lists what is wrong with the content of a file. */
function contentProblems(content: unknown): Problem[] {
  const names = Object.keys(contentTable) as (keyof Content)[];
  const problems = optionProblems(content, contentTable, ...names);
  if (problems.length > 0) return problems;
  const { deciding, best, training } = content as Content;
  problems.push(
    ...within(
      'deciding',
      optionProblems(deciding, decidingTable, ...(Object.keys(decidingTable) as never[])),
    ),
  );
  if (best !== null && best.weights.length !== training.weights.length) {
    const needed = `${training.weights.length} are needed`;
    problems.push(problem('best.weights.length', 'wrong-shape', best.weights.length, needed));
  }
  return problems;
}

/** Writes a checkpoint file behind a checksum. */
export function packTraining(saved: SavedTraining, deciding: Deciding): Uint8Array {
  return seal(form, packr.pack({ ...saved, deciding, training: packCheckpoint(saved.training) }));
}

function contentOf(bytes: Uint8Array): Content {
  const whole = unseal(form, bytes);
  let content: unknown;
  try {
    const packed = packr.unpack(whole) as { training: Uint8Array };
    content = { ...packed, training: unpackCheckpoint(packed.training) };
  } catch (cause) {
    throw new DataError(`this is no ${form.what}: its content cannot be read`, { cause });
  }
  const problems = contentProblems(content);
  if (problems.length > 0) {
    throw new InvalidArgumentError(`this is no ${form.what}`, problems);
  }
  return content as Content;
}

/**
 * Reads a checkpoint file for a training that `deciding` decides.
 *
 * @throws DataError if the bytes are none, or have changed since they were written
 * @throws InvalidArgumentError naming every option that was another one
 */
export function unpackTraining(bytes: Uint8Array, deciding: Deciding): SavedTraining {
  const { deciding: was, ...saved } = contentOf(bytes);
  const problems = (Object.keys(deciding) as (keyof Deciding)[])
    .filter((name) => was[name] !== deciding[name])
    .map((name) =>
      problem(name, 'conflict', deciding[name], `the checkpoint was made with ${was[name]}`),
    );
  if (problems.length > 0) {
    throw new InvalidArgumentError('the checkpoint belongs to another training', problems);
  }
  return saved;
}
