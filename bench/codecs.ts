import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codecNamed, recycleBytes, recyclePacket } from 'spikeline/codecs';
import { type AerPacket, pixelBits, pixels } from 'spikeline/events';
import { inTurn, type Run, warmUp } from './measure.ts';
import { type Peer, startPeers } from './peer.ts';
import { type BenchRow, type Goal, row } from './rows.ts';

/** The libraries that others read and write event files with. */
const library = {
  script: 'codecs.py',
  install: 'pip install faery expelliarmus dv-processing event_stream evlib numpy',
} as const;

/** A format, and what must be reached in it. */
interface Format {
  /** Name of its rows. */
  readonly name: string;
  readonly codec: string;
  readonly extension: string;
  readonly encoderOptions?: object;
  /** Million events/s, where no peer is a measure. */
  readonly goals?: { readonly decode?: Goal; readonly encode?: Goal };
  /** Ours ÷ the fastest peer. */
  readonly ratios?: { readonly decode: Goal; readonly encode: Goal };
}

/** Whether a library can be loaded. */
function isInstalled(library: string): boolean {
  try {
    import.meta.resolve(library);
    return true;
  } catch {
    return false;
  }
}

const ratios = { decode: '>= 1.05', encode: '>= 1.1' } as const;

/** ZSTD is read by a native library where it is installed. */
const zstdDecode = isInstalled('zstd-napi') ? '>= 0.95' : '>= 0.5';

const formats: readonly Format[] = [
  { name: 'dat', codec: 'dat', extension: 'dat', ratios },
  { name: 'evt2', codec: 'evt2', extension: 'raw', ratios },
  { name: 'evt3', codec: 'evt3', extension: 'raw', ratios },
  { name: 'es', codec: 'es', extension: 'es', ratios },
  { name: 'csv', codec: 'csv', extension: 'csv', ratios },
  { name: 'aedat4.lz4', codec: 'aedat4', extension: 'aedat4', ratios },
  {
    ...{ name: 'aedat4.zstd', codec: 'aedat4', extension: 'aedat4' },
    encoderOptions: { compression: 'zstd' },
    ratios: { ...ratios, decode: zstdDecode },
  },
  { name: 'aedat31', codec: 'aedat31', extension: 'aedat', goals: { decode: '>= 100' } },
];

const space = pixels(1280, 720);
/** Events of a packet. */
const packetEvents = 50_000;
/** Bytes that are read at once. */
const pieceBytes = 2 ** 18;
const rounds = 5;

/** Uniform numbers below 1 (Numerical Recipes' generator). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Events of a camera of 1280×720 pixels: 115 thousand a second, or 25 million, rows from top to bottom. */
function cameraEvents(count: number, dense: boolean): AerPacket[] {
  const random = uniform(dense ? 1 : 2);
  const { yShift } = pixelBits(space);
  const packets: AerPacket[] = [];
  let time = 0;
  for (let done = 0; done < count; done += packetEvents) {
    const size = Math.min(packetEvents, count - done);
    const timestamps = new Float64Array(size);
    const addresses = new Uint32Array(size);
    for (let i = 0; i < size; ) {
      const together = Math.min(size - i, dense ? 25 : 1);
      for (let k = i; k < i + together; k++) {
        timestamps[k] = time;
        const [x, y] = [Math.floor(random() * 1280), Math.floor(random() * 720)];
        addresses[k] = (y << yShift) | (x << 1) | (random() < 0.5 ? 1 : 0);
      }
      addresses.subarray(i, i + together).sort();
      i += together;
      time += dense ? 1 : Math.floor(-Math.log(1 - random()) * 8.7);
    }
    packets.push({ timestamps, addresses, space, until: timestamps[size - 1]! });
  }
  return packets;
}

/** Processor seconds that something takes, garbage and threads included. */
function cpuSeconds(work: () => void): number {
  const begin = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1e6;
}

function writeFile(path: string, { codec, encoderOptions }: Format, packets: AerPacket[]): void {
  const encoder = codecNamed(codec).encoder!(encoderOptions);
  const file = openSync(path, 'w');
  for (const packet of packets) {
    const bytes = encoder.push(packet);
    writeSync(file, bytes);
    recycleBytes(bytes);
  }
  writeSync(file, encoder.end());
  closeSync(file);
}

function readFile(path: string, codec: string): number {
  const decoder = codecNamed(codec).decoder();
  const file = openSync(path, 'r');
  const piece = new Uint8Array(pieceBytes);
  let events = 0;
  for (;;) {
    const count = readSync(file, piece);
    const packets = count === 0 ? decoder.end() : decoder.push(piece.subarray(0, count));
    for (const packet of packets) {
      events += packet.timestamps.length;
      // As the libraries of others do, which count references.
      recyclePacket(packet);
    }
    if (count === 0) break;
  }
  closeSync(file);
  return events;
}

/** Writes events as peers load them: float64 time, u16 x, u16 y, u32 polarity. */
function writeForPeers(path: string, packets: readonly AerPacket[]): void {
  const { yShift, xMask } = pixelBits(space);
  const file = openSync(path, 'w');
  for (const { timestamps, addresses } of packets) {
    const bytes = new ArrayBuffer(timestamps.length * 16);
    const [times, halves] = [new Float64Array(bytes), new Uint16Array(bytes)];
    timestamps.forEach((time, i) => {
      const address = addresses[i]!;
      times[2 * i] = time;
      halves[8 * i + 4] = (address >>> 1) & xMask;
      halves[8 * i + 5] = address >>> yShift;
      halves[8 * i + 6] = address & 1;
    });
    writeSync(file, new Uint8Array(bytes));
  }
  closeSync(file);
}

/** Million events/s of one direction of one format, ours and those of each peer, the best of some rounds in turn. */
async function rates(
  direction: 'decode' | 'encode',
  ours: () => number,
  theirs: { readonly peer: Peer | undefined; readonly path: string; readonly format: string },
  count: number,
): Promise<Record<string, number>> {
  const { peer, path, format } = theirs;
  const names = `${(await peer?.ask({ peers: direction, format }))?.['names'] ?? ''}`;
  const runs: Record<string, Run> = { ours };
  for (const name of names.split(',').filter((one) => one !== '')) {
    runs[name] = async () => {
      const answer = await peer!.ask({ [direction]: path, format, peer: name });
      if (direction === 'decode' && answer['events'] !== count) {
        throw new Error(`${name} reads ${answer['events']} of ${count} events of ${format}`);
      }
      return count / Number(answer['seconds']) / 1e6;
    };
  }
  await warmUp(ours);
  const found = await inTurn(runs, rounds);
  return Object.fromEntries(
    Object.entries(found).map(([name, { values }]) => [name, Math.max(...values)]),
  );
}

/** Rows of one direction of one format: the worse of sparse and dense. */
function rowsOf(
  direction: 'decode' | 'encode',
  { name, goals, ratios: wanted }: Format,
  found: Readonly<Record<'sparse' | 'dense', Record<string, number>>>,
): BenchRow[] {
  const each = Object.entries(found).map(([density, { ours = 0, ...peers }]) => {
    const [fastest] = Object.entries(peers).sort(([, a], [, b]) => b - a);
    return { density, ours, fastest };
  });
  const rates = each.map(({ density, ours }) => [density, ours] as const);
  const value = Math.min(...each.map(({ ours }) => ours));
  const rows = [
    row(
      `${direction}.${name}`,
      value,
      'M events/s',
      goals?.[direction] ?? null,
      Object.fromEntries(rates),
    ),
  ];
  if (wanted === undefined) return rows;
  const ratio = each.map(({ ours, fastest }) => (fastest === undefined ? null : ours / fastest[1]));
  const worst = ratio.some((one) => one === null) ? null : Math.min(...(ratio as number[]));
  const peers = each.map(({ density, fastest }) => [
    `peer, ${density}`,
    fastest === undefined ? null : `${fastest[0]} ${fastest[1].toPrecision(3)}`,
  ]);
  rows.push(
    row(
      `${direction}.${name}.ratio`,
      worst,
      'ours ÷ fastest peer',
      wanted[direction],
      Object.fromEntries(peers),
    ),
  );
  return rows;
}

/** Reading and writing of event files: processor time of ours and of the fastest peer, turn by turn. */
export async function codecs(
  note: (text: string) => void,
  count = 10_000_000,
  only?: readonly string[],
): Promise<BenchRow[]> {
  const [peer] = await startPeers(library, undefined, note);
  const folder = mkdtempSync(join(tmpdir(), 'spikeline-bench-'));
  const wanted = formats.filter(({ name }) => only?.includes(name) ?? true);
  for (const { codec } of wanted) await codecNamed(codec).ready?.();
  const measured = wanted.map((format) => ({ format, decode: {}, encode: {} }) as Measured);
  try {
    for (const density of ['sparse', 'dense'] as const) {
      const packets = cameraEvents(count, density === 'dense');
      const raw = join(folder, 'events');
      if (peer !== undefined) writeForPeers(raw, packets);
      await peer?.ask({ load: raw });
      for (const one of measured) {
        const { format } = one;
        const { name, codec, extension } = format;
        note(`${name}, ${density}`);
        const path = join(folder, `ours.${extension}`);
        const theirs = { peer, format: name };
        const rate = (work: () => void): number => count / cpuSeconds(work) / 1e6;
        const write = (): number => {
          // Freeing the last file is nobody's work.
          rmSync(path, { force: true });
          return rate(() => writeFile(path, format, packets));
        };
        const other = join(folder, `theirs.${extension}`);
        one.encode[density] = await rates('encode', write, { ...theirs, path: other }, count);
        const read = (): number =>
          rate(() => {
            const events = readFile(path, codec);
            if (events !== count) throw new Error(`${events} of ${count} events of ${name}`);
          });
        one.decode[density] = await rates('decode', read, { ...theirs, path }, count);
      }
    }
  } finally {
    peer?.close();
    rmSync(folder, { recursive: true });
  }
  return measured.flatMap(({ format, decode, encode }) => [
    ...rowsOf('decode', format, decode),
    ...rowsOf('encode', format, encode),
  ]);
}

/** What was measured of a format. */
interface Measured {
  readonly format: Format;
  readonly decode: Record<'sparse' | 'dense', Record<string, number>>;
  readonly encode: Record<'sparse' | 'dense', Record<string, number>>;
}
