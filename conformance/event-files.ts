import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Decoder } from '../src/codecs/codec.ts';
import { anyDecoder, codecOf } from '../src/codecs/decode.ts';
import { type EventSummary, eventDigest } from '../src/codecs/digest.ts';
import { recyclePacket } from '../src/codecs/packet-room.ts';
import { isThere, readJson } from './files.ts';
import type { CaseOutcome, Kind } from './kind.ts';

/** What is known of a file; null if there is nothing to tell. */
interface KnownFile {
  readonly file: string;
  readonly width?: number | null;
  readonly height?: number | null;
  readonly events: number | null;
  readonly t_first?: number | null;
  readonly t_last?: number | null;
  readonly on_events?: number | null;
  readonly canonical_sha256?: string | null;
  /** What the file cannot tell of itself, and more. */
  readonly info?: Readonly<Record<string, unknown>>;
}

interface KnownFiles {
  readonly files: readonly KnownFile[];
}

const list = 'samples.json';

/** Bytes that are read at once. */
const pieceBytes = 2 ** 20;

/** What a file holds, read piece by piece. */
async function readEvents(
  path: string,
  info: KnownFile['info'],
): Promise<EventSummary & Pick<Decoder, 'header'>> {
  const digest = eventDigest();
  const piece = new Uint8Array(pieceBytes);
  const file = openSync(path, 'r');
  try {
    let decoder: Decoder | undefined;
    for (;;) {
      const count = readSync(file, piece);
      const bytes = piece.subarray(0, count);
      if (decoder === undefined) {
        const codec = codecOf(bytes, count < pieceBytes);
        await codec?.ready?.();
        decoder = anyDecoder({ options: optionsFor(codec?.name, info) });
      }
      const packets = count === 0 ? decoder.end() : decoder.push(bytes);
      for (const packet of packets) {
        digest.add(packet);
        recyclePacket(packet);
      }
      if (count === 0) return { ...digest.summary(), header: decoder.header };
    }
  } finally {
    closeSync(file);
  }
}

/** The options that a format has of what a file cannot tell of itself. */
const options: Readonly<Record<string, (info: Readonly<Record<string, unknown>>) => object>> = {
  npy: ({ columns }) => ({ columns }),
  npz: ({ columns, take }) => ({ columns, take }),
  csv: ({ columns, separator, header_line: header, time_unit: timeUnit }) => ({
    columns,
    separator,
    header,
    timeUnit,
  }),
};

function optionsFor(format: string | undefined, info: KnownFile['info']): object {
  const make = format === undefined ? undefined : options[format];
  return make?.(info ?? {}) ?? {};
}

/** What differs, in words. */
function differences(known: KnownFile, found: Awaited<ReturnType<typeof readEvents>>): string[] {
  const { header } = found;
  const told = (ours: unknown, theirs: unknown): unknown => ours ?? theirs;
  const pairs: readonly (readonly [name: string, ours: unknown, theirs: unknown])[] = [
    ['events', found.events, known.events],
    ['first time', found.firstTimestamp, known.t_first],
    ['last time', found.lastTimestamp, known.t_last],
    ['ON events', found.onEvents, known.on_events],
    ['digest', found.digest, known.canonical_sha256],
    ['width', told(header?.width, known.width), known.width],
    ['height', told(header?.height, known.height), known.height],
  ];
  return pairs
    .filter(([, ours, theirs]) => theirs !== null && theirs !== undefined && ours !== theirs)
    .map(([name, ours, theirs]) => `${name}: ${ours}, not ${theirs}`);
}

async function compare(folder: string, known: KnownFile): Promise<CaseOutcome> {
  const { file, info } = known;
  try {
    const found = differences(known, await readEvents(join(folder, file), info));
    return found.length === 0
      ? { name: file, error: 0 }
      : { name: file, error: found.length, note: found.join('; ') };
  } catch (cause) {
    return { name: file, error: Number.POSITIVE_INFINITY, note: (cause as Error).message };
  }
}

/** Event files, read: number of events, times, polarity, digest. The error of a case is how many of them differ. */
export const eventFiles: Kind = {
  kind: 'event files',
  tolerance: 0,
  needs: [`samples/${list}`],
  marker: list,
  async run(given) {
    const folder = isThere(given, list) ? given : join(given, 'samples');
    const outcomes: CaseOutcome[] = [];
    for (const known of readJson<KnownFiles>(folder, list).files) {
      outcomes.push(await compare(folder, known));
    }
    return outcomes;
  },
};
