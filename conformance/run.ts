import { existsSync } from 'node:fs';
import { StorageError } from '../src/errors.ts';
import { kernelFeatures } from '../src/kernel/module.ts';
import { adam } from './adam.ts';
import { allocation } from './allocation.ts';
import { biasgen } from './biasgen.ts';
import { eventWords } from './event-words.ts';
import { isThere } from './files.ts';
import { forward } from './forward.ts';
import { gradients } from './gradients.ts';
import { type EngineName, type Kind, type KindReport, reportOf } from './kind.ts';
import { mapping } from './mapping.ts';
import { mismatch } from './mismatch.ts';
import { params } from './params.ts';
import { quantisation } from './quantisation.ts';
import { testCounts } from './test-counts.ts';

/** Every kind of reference numbers that is known, once for each engine that computes it. */
export const conformanceKinds: readonly Kind[] = [
  ...forward,
  ...gradients,
  ...adam,
  ...testCounts,
  biasgen,
  params,
  quantisation,
  mismatch,
  mapping,
  allocation,
  eventWords,
];

/** A kind that was not compared, and why. */
export interface ConformanceSkip {
  readonly kind: string;
  /** Null if no engine is the reason. */
  readonly engine: EngineName | null;
  readonly why: string;
}

/** What a comparison found. */
export interface ConformanceReport {
  /** Each kind that was compared. */
  readonly reports: readonly KindReport[];
  readonly skipped: readonly ConformanceSkip[];
}

/** Why a kind cannot be compared; undefined if it can. */
function obstacle(folder: string, { kind, engine, needs }: Kind): ConformanceSkip | undefined {
  if (!needs.every((path) => isThere(folder, path))) {
    return { kind, engine: null, why: `there is no ${needs.join(' or ')}` };
  }
  if (engine === 'kernel' && !kernelFeatures().simd) {
    return { kind, engine, why: 'this machine has no WebAssembly SIMD' };
  }
  return undefined;
}

/**
 * Compares with a folder of reference numbers: one sub-folder for each kind of case, with any number and size
 * of cases. Kinds that are not there are skipped.
 *
 * @param kinds kinds to compare; all that are known if left out
 * @throws StorageError if the folder cannot be read or holds no kind that is known
 */
export async function runConformance(
  folder: string,
  kinds: readonly Kind[] = conformanceKinds,
): Promise<ConformanceReport> {
  if (!existsSync(folder)) {
    throw new StorageError(folder, 'is not there; give a folder of reference numbers');
  }
  const able = kinds.filter((kind) => obstacle(folder, kind) === undefined);
  if (able.length === 0) {
    throw new StorageError(folder, 'holds no reference numbers of a kind that is known');
  }
  const reports: KindReport[] = [];
  for (const kind of able) reports.push(reportOf(kind, await kind.run(folder)));
  return { reports, skipped: kinds.flatMap((kind) => obstacle(folder, kind) ?? []) };
}
