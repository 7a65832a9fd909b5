/** A session that is being written: streams into one recording, and what is known of them beside it. */
import type { Clock } from '../clock.ts';
import { type RecordingEncoder, recordingEncoder } from '../codecs/recording/encoder.ts';
import type { LossReport, RecordedClock } from '../codecs/recording/streams.ts';
import { DataError } from '../errors.ts';
import { itemUntil } from '../events/items.ts';
import type { Losses } from '../events/losses.ts';
import { itemKind, marks, type StreamItem } from '../events/series.ts';
import { atExit } from '../files/at-exit.ts';
import type { FileWriter } from '../files/writer.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { pipelineToJson } from '../pipeline/save.ts';
import { shown } from '../problems.ts';
import {
  endOf,
  manifestText,
  type SessionEnd,
  type SessionManifest,
  type SessionRun,
  type SessionVersions,
  sessionFiles,
  sessionFormat,
  sessionVersion,
} from './manifest.ts';
import { isRecordingPath, openPlace, type SessionPlace } from './session-place.ts';
import { ownStreams, type StreamNames, streamNames } from './stream-names.ts';

/** What a session is opened with. */
export interface SessionPlan {
  readonly seed: number | null;
  readonly config: Readonly<Record<string, unknown>>;
  readonly versions: SessionVersions;
  /** Whether a session that is there may be replaced. */
  readonly overwrite: boolean;
  /** How long what has come is kept before it is written, seconds. */
  readonly flushEvery: number;
  readonly clock: Clock;
}

/** The same, once it is known where. */
type PlannedPlace = SessionPlan & { readonly alone: boolean };

/** A run as it is announced. */
export type PlannedRun = Omit<SessionRun, 'pipeline'> & { readonly pipeline: Pipeline };

/** Writes a session. */
export interface SessionWriter {
  /** The folder. */
  readonly path: string;
  /** Why it ended; undefined while it goes on. */
  readonly ended: SessionEnd | undefined;
  /** The newest time that any stream has said, whole microseconds; 0 before the first. */
  readonly time: number;
  /** Who has which name. */
  readonly names: StreamNames;
  /** Writes an item to the stream of a name, which begins with its first. @throws StorageError, DataError */
  write(stream: string, item: StreamItem, clock?: RecordedClock): void;
  /** Writes a mark; at the newest time of all streams if none is given. */
  mark(label: string, time?: number): void;
  /** Counts what was lost, under a place and a reason. */
  lose(reason: string, count: number): void;
  /** Counts what a place has lost, until what is returned is called. */
  watch(place: string, losses: Losses): () => void;
  /** Notes a plain value under a name. @throws DataError once the session has ended */
  note(name: string, value: unknown): void;
  /** Calls back once what is held cannot be written, though nothing comes, until what is returned is called. */
  onFailure(listener: (cause: unknown) => void): () => void;
  /** Asks for what is gathered elsewhere, before what is held is written, and at the end. */
  onFlush(give: () => void): void;
  /** Says that something is gathered elsewhere: it is asked for a while later. */
  gathers(): void;
  /** Notes that a pipeline runs. */
  run(run: PlannedRun): void;
  /** Ends the session; only the first end counts. @throws StorageError */
  end(end: SessionEnd): void;
}

/** Opens a session, with everything in its place. @throws StorageError if the place cannot be used */
export function openSessionWriter(path: string, plan: SessionPlan): SessionWriter {
  const place = openPlace(path, plan.overwrite);
  try {
    const started = new Date().toISOString();
    const { seed, config, versions } = plan;
    const manifest: SessionManifest = {
      format: sessionFormat,
      version: sessionVersion,
      started,
      versions,
      seed,
      config,
      runs: [],
      notes: {},
      ended: null,
    };
    place.keep(sessionFiles.manifest, manifestText(manifest));
    const about = { started, versions, seed, ...config };
    return new Writer({
      place,
      encoder: recordingEncoder({ about }),
      file: place.open(),
      manifest,
      plan: { ...plan, alone: isRecordingPath(path) },
    });
  } catch (cause) {
    place.close();
    throw cause;
  }
}

interface Parts {
  readonly place: SessionPlace;
  readonly encoder: RecordingEncoder;
  readonly file: FileWriter;
  readonly manifest: SessionManifest;
  readonly plan: PlannedPlace;
}

class Writer implements SessionWriter {
  readonly path: string;
  readonly names: StreamNames = streamNames();
  ended: SessionEnd | undefined;
  time = 0;
  readonly #parts: Parts;
  readonly #begun: number;
  /** Saved pipelines by their text. */
  readonly #pipelines = new Map<string, string>();
  /** Losses that have not been written yet. */
  #lost: Record<string, number> = {};
  #unwatch: (() => void)[] = [];
  readonly #gathered: (() => void)[] = [];
  readonly #listeners = new Set<(cause: unknown) => void>();
  #manifest: SessionManifest;
  /** Whether something was noted that is not on disk yet. */
  #noted = false;
  #timer: { unsubscribe(): void } | undefined;
  #failure: unknown;
  /** Takes back that the session ends with the process. */
  readonly #forget: () => void;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#manifest = parts.manifest;
    this.path = parts.place.path;
    this.#begun = parts.plan.clock.now();
    this.#forget = atExit((code) =>
      this.end({ how: 'signal', message: `the process exited with code ${code}` }),
    );
    // A folder whose process is killed at once holds a recording all the same.
    if (!parts.plan.alone) this.#put((encoder) => encoder.flush());
  }

  write(stream: string, item: StreamItem, clock?: RecordedClock): void {
    this.#refuseLate(stream);
    const kind = itemKind(item);
    if (kind === undefined || (stream === ownStreams.marks && kind !== 'marks')) {
      throw new DataError(
        `this is no ${stream === ownStreams.marks ? '' : 'packet, raster, series or '}marks, and cannot be in ${stream}`,
      );
    }
    this.#begin(stream, kind, clock);
    this.#put((encoder) => encoder.push({ stream, item }));
    this.time = Math.max(this.time, itemUntil(item));
  }

  mark(label: string, time: number = this.time): void {
    this.write(ownStreams.marks, marks([time], [label]));
  }

  watch(place: string, losses: Losses): () => void {
    let before: Readonly<Record<string, number>> = {};
    const take = (): void => {
      const now = { ...losses.byReason };
      for (const [reason, count] of Object.entries(now)) {
        const more = count - (Object.hasOwn(before, reason) ? before[reason]! : 0);
        this.lose(`${place}: ${reason}`, more);
      }
      before = now;
    };
    before = { ...losses.byReason };
    const stop = losses.watch(take);
    this.#unwatch.push(stop);
    return stop;
  }

  lose(reason: string, count: number): void {
    if (!(count > 0)) return;
    this.#lost[reason] = (this.#lost[reason] ?? 0) + count;
    this.#flushLater();
  }

  note(name: string, value: unknown): void {
    this.#refuseLate(`the note ${shown(name)}`);
    this.#manifest = { ...this.#manifest, notes: { ...this.#manifest.notes, [name]: value } };
    this.#noted = true;
    this.#flushLater();
  }

  onFailure(listener: (cause: unknown) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  onFlush(give: () => void): void {
    this.#gathered.push(give);
  }

  gathers(): void {
    this.#flushLater();
  }

  run({ pipeline, ...run }: PlannedRun): void {
    const text = pipelineToJson(pipeline);
    const known = this.#pipelines.get(text);
    const { size } = this.#pipelines;
    const file = known ?? (size === 0 ? 'pipeline.json' : `pipeline-${size + 1}.json`);
    this.#pipelines.set(text, file);
    this.#manifest = {
      ...this.#manifest,
      runs: [...this.#manifest.runs, { ...run, pipeline: file }],
    };
    if (known === undefined) this.#parts.place.keep(file, text);
    this.#keepManifest();
  }

  end(end: SessionEnd): void {
    if (this.ended !== undefined) return;
    let failed: { readonly cause: unknown } | undefined;
    try {
      for (const give of this.#gathered) give();
    } catch (cause) {
      failed = { cause };
    }
    this.ended = failed === undefined ? end : endOf(failed.cause);
    this.#failure ??= failed?.cause;
    this.#forget();
    this.#timer?.unsubscribe();
    for (const stop of this.#unwatch.splice(0)) stop();
    const { place, plan } = this.#parts;
    try {
      this.#close();
      const seconds = (plan.clock.now() - this.#begun) / 1000;
      this.#manifest = { ...this.#manifest, ended: { ...this.ended, seconds } };
      this.#keepManifest();
    } finally {
      place.close();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #refuseLate(what: string): void {
    if (this.ended === undefined || this.#failure !== undefined) return;
    throw new DataError(`the session has ended; ${what} comes too late for it`);
  }

  /** Keeps what is known of the session. */
  #keepManifest(): void {
    this.#noted = false;
    this.#parts.place.keep(sessionFiles.manifest, manifestText(this.#manifest));
  }

  /** Writes what is held and closes the recording; what fails is why the session ended. */
  #close(): void {
    const { encoder, plan } = this.#parts;
    const { how } = this.ended!;
    const empty = encoder.streams.size === 0 && (how === 'error' || how === 'disconnected');
    try {
      this.#writeLosses();
      // What failed before anything came leaves no recording alone.
      if (!(empty && plan.alone)) this.#put(() => encoder.end());
      this.#parts.file.close();
    } catch (cause) {
      this.#failure = cause;
      this.ended = endOf(cause);
    }
  }

  #begin(
    name: string,
    kind: NonNullable<ReturnType<typeof itemKind>>,
    clock?: RecordedClock,
  ): void {
    if (this.#parts.encoder.streams.has(name)) return;
    this.#put((encoder) => encoder.add({ name, kind, ...(clock !== undefined && { clock }) }));
  }

  /** Writes what the encoder gives, and the rest a while later. */
  #put(work: (encoder: RecordingEncoder) => Uint8Array): void {
    if (this.#failure !== undefined) throw this.#failure;
    const { encoder, file } = this.#parts;
    const bytes = work(encoder);
    if (bytes.length > 0) {
      try {
        file.write(bytes);
      } catch (cause) {
        this.#failure = cause;
        throw cause;
      }
    }
    if (encoder.waiting > 0) this.#flushLater();
  }

  #flushLater(): void {
    if (this.#timer !== undefined || this.ended !== undefined) return;
    const { clock, flushEvery } = this.#parts.plan;
    this.#timer = clock.schedule(() => {
      this.#timer = undefined;
      if (this.ended !== undefined) return;
      try {
        for (const give of this.#gathered) give();
        this.#writeLosses();
        this.#put((encoder) => encoder.flush());
        if (this.#noted) this.#keepManifest();
      } catch (cause) {
        for (const tell of [...this.#listeners]) tell(cause);
      }
    }, flushEvery * 1000);
  }

  #writeLosses(): void {
    const byReason = this.#lost;
    if (Object.keys(byReason).length === 0) return;
    this.#lost = {};
    const { encoder } = this.#parts;
    const stream = ownStreams.losses;
    if (!encoder.streams.has(stream))
      this.#put(() => encoder.add({ name: stream, kind: 'losses' }));
    const item: LossReport = { time: this.time, byReason };
    this.#put(() => encoder.push({ stream, item }));
  }
}
