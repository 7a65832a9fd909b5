import { readdirSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { StorageError } from '../src/errors.ts';
import { statOf } from '../src/files/folders.ts';
import { kernelFeatures } from '../src/kernel/module.ts';
import { callback, faultsOf, listOf, readList, refuse, text } from '../src/options.ts';
import { shown, within } from '../src/problems.ts';
import { adam } from './adam.ts';
import { allocation } from './allocation.ts';
import { biasgen } from './biasgen.ts';
import { eventFiles } from './event-files.ts';
import { eventWords } from './event-words.ts';
import { isThere } from './files.ts';
import { forward } from './forward.ts';
import { gradients } from './gradients.ts';
import { type EngineName, inForm, type Kind, type KindReport, reportOf } from './kind.ts';
import { mapping } from './mapping.ts';
import { mismatch } from './mismatch.ts';
import { params } from './params.ts';
import { quantisation } from './quantisation.ts';
import { samna } from './samna.ts';
import { testCounts } from './test-counts.ts';
import { usbRequests, usbStreams } from './usb.ts';

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
  eventFiles,
  usbStreams,
  ...usbRequests,
  samna,
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
function obstacle(folder: string, given: Kind): ConformanceSkip | undefined {
  const { kind, engine, needs } = given;
  if (!isMarked(folder, given) && !needs.every((path) => isThere(folder, path))) {
    return { kind, engine: null, why: `there is no ${needs.join(' or ')}` };
  }
  if (engine === 'kernel' && !kernelFeatures().simd) {
    return { kind, engine, why: 'this machine has no WebAssembly SIMD' };
  }
  return undefined;
}

const areKinds = listOf((given) => {
  const { kind, needs, run } = (given ?? {}) as Partial<Kind>;
  return [
    ...within('kind', text(kind)),
    ...within('needs', listOf(text)(needs)),
    ...within('run', callback(run)),
  ];
});

/** Whether a folder is the sub-folder of a kind itself. */
function isMarked(folder: string, { marker }: Kind): boolean {
  return marker !== undefined && isThere(folder, marker);
}

/** Name of the sub-folder that a path in a folder of reference numbers lies in. */
function subfolder(path: string): string {
  return path.split('/')[0]!;
}

/** The folder of reference numbers, and the kinds to compare in it; what is given may be the sub-folder of some. */
function asked(folder: string, kinds: readonly Kind[]) {
  const whole = { root: folder, among: kinds };
  const marked = kinds.filter((kind) => isMarked(folder, kind));
  if (marked.length > 0) return { root: folder, among: marked };
  if (kinds.some((kind) => obstacle(folder, kind) === undefined)) return whole;
  const path = resolve(folder);
  const own = kinds.filter(({ needs }) =>
    needs.every((need) => subfolder(need) === basename(path)),
  );
  return own.length === 0 ? whole : { root: dirname(path), among: own };
}

/** Sub-folders that no kind is known for. */
function unknownIn(folder: string): ConformanceSkip[] {
  const known = new Set(conformanceKinds.flatMap(({ needs }) => needs.map(subfolder)));
  const why = 'no such kind is known here';
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !known.has(entry.name))
    .map(({ name }) => ({ kind: name, engine: null, why }));
}

/**
 * Compares with a folder of reference numbers: one sub-folder for each kind of case, with any number and size
 * of cases; or with one such sub-folder. Kinds that are not there, or not known, are skipped and named. A kind without any
 * case fails, and so does a case whose file is of another form.
 *
 * @param kinds kinds to compare; all that are known if left out
 * @returns no report at all if the folder holds no kind that is known: nothing was compared then
 * @throws InvalidArgumentError if the kinds are none
 * @throws StorageError if the folder cannot be read
 */
export async function runConformance(
  folder: string,
  kinds: readonly Kind[] = conformanceKinds,
): Promise<ConformanceReport> {
  kinds = readList(kinds);
  refuse('nothing can be compared', () => within('kinds', faultsOf(kinds, areKinds)));
  const there = typeof folder === 'string' && statOf(folder);
  if (there === false || there?.isDirectory() !== true) {
    const path = typeof folder === 'string' ? folder : shown(folder);
    const what = there === undefined ? 'is not there' : 'is no folder';
    throw new StorageError(path, `${what}; give a folder of reference numbers`);
  }
  const { root, among } = asked(folder, kinds);
  const able = among.filter((kind) => obstacle(root, kind) === undefined);
  const reports: KindReport[] = [];
  for (const kind of able) {
    const outcomes = await inForm(kind.needs.join(', '), () => kind.run(root));
    reports.push(reportOf(kind, outcomes));
  }
  const skipped = among.flatMap((kind) => obstacle(root, kind) ?? []);
  return { reports, skipped: root === folder ? [...skipped, ...unknownIn(folder)] : skipped };
}
