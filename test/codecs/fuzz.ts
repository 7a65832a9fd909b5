/**
 * `npm run fuzz:codecs -- --inputs 1000000 [--seed 1] [--form evt3]`: so many random and mutated inputs for every form of every codec, read in
 * random cuts. Exit code 1 where one throws anything but a DataError, takes longer than a second of processor time, or memory grows by more than 200 MB.
 */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { freeMemory } from '#bench/measure';
import { randomStream } from '#src/random';
import { type Form, forms } from '#test/codecs/forms';
import {
  type Cuts,
  canRead,
  type Damage,
  damaged,
  damageKinds,
  encoded,
  packetsOf,
  tellingBytes,
} from '#test/codecs/property';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    form: { type: 'string' },
  },
});
const inputs = Number(values.inputs);
const seed = Number(values.seed);

/** Inputs of a form that are read between two looks at the memory. */
const batch = 2000;
/** Sound streams that are made for a batch, each of which is damaged many times over: to make one takes longer than to read it. */
const soundStreams = 50;
/** Bytes of damaged streams in a batch, about: long ones are damaged fewer times. */
const batchBytes = 8e6;
/** Processor time of an input, ms: a second, and more for long ones, which may come byte by byte. */
const patience = (bytes: number): number => 1000 + bytes / 50;
const mostBytes = 200 * 2 ** 20;

const libraries = [...new Set(forms.map(({ codec }) => codec))];
for (const { ready } of libraries) await ready?.();

const found: string[] = [];
const outcomes = { events: 0, errors: 0 };
/** What took longest of each form, ms. */
const slowest = new Map<string, { readonly taken: number; readonly bytes: number }>();
/** Most that memory grew while a batch was read, and what it was after the first round, all garbage collected: bytes. */
let [grown, first, last] = [0, 0, 0];
const random = randomStream(seed, 'fuzz');

function pick<T>(choices: readonly T[]): T {
  return choices[random.integer(choices.length)]!;
}

const anyDamage = (): Damage[] =>
  Array.from({ length: random.integer(7) }, () => ({
    kind: pick(damageKinds),
    at: random.uniform(),
    value: random.integer(2) === 0 ? pick(tellingBytes) : random.integer(256),
    length: 1 + random.integer(9),
  }));
const anyCuts = (): Cuts =>
  random.integer(2) === 0
    ? { every: 1 + random.integer(9) }
    : { places: Array.from({ length: random.integer(13) }, () => random.uniform()) };
const anyBytes = (): Uint8Array =>
  Uint8Array.from({ length: random.integer(200) }, () => random.integer(256));

/** Reads an input, and notes what is wrong. */
function readOne({ name, codec, decoderOptions }: Form, bytes: Uint8Array, cuts: Cuts): void {
  const begin = process.cpuUsage();
  try {
    outcomes[canRead(codec.decoder(decoderOptions), bytes, cuts) ? 'events' : 'errors']++;
  } catch (error) {
    found.push(`${name}: ${Buffer.from(bytes).toString('base64')}: ${error}`);
  }
  const used = process.cpuUsage(begin);
  const taken = (used.user + used.system) / 1000;
  if (taken > (slowest.get(name)?.taken ?? 0)) slowest.set(name, { taken, bytes: bytes.length });
  if (taken > patience(bytes.length)) {
    found.push(`${name}: ${Math.round(taken)} ms for ${bytes.length} bytes`);
  }
}

const chosen = forms.filter(({ name }) => values.form === undefined || name === values.form);
for (let done = 0; done < inputs; done += batch) {
  for (const form of chosen) {
    const numRuns = soundStreams;
    const streams = fc
      .sample(packetsOf(form), { numRuns, seed: seed + done })
      .map((packets) => encoded(form, packets));
    freeMemory();
    const idle = process.memoryUsage.rss();
    for (let i = 0, read = 0; i < batch; i++) {
      // What is long comes once: it is damaged in the batches after this as well.
      const stream = read > batchBytes ? new Uint8Array(0) : streams[i % soundStreams]!;
      const bytes =
        random.integer(10) === 0 || stream.length === 0 ? anyBytes() : damaged(stream, anyDamage());
      read += bytes.length;
      readOne(form, bytes, anyCuts());
    }
    grown = Math.max(grown, process.memoryUsage.rss() - idle);
    last = idle;
  }
  if (first === 0) first = last;
}
const kept = Math.max(0, last - first);
for (const [what, bytes] of [
  ['has grown', grown],
  ['is kept', kept],
] as const) {
  if (bytes > mostBytes) found.push(`memory ${what} by ${Math.round(bytes / 2 ** 20)} MiB`);
}
const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
const size = `${mebibytes(grown)} more while they are read, ${mebibytes(kept)} after all`;
process.stdout.write(`${outcomes.events} read, ${outcomes.errors} refused, ${size}\n`);
const [slow] = [...slowest].sort(([, a], [, b]) => b.taken - a.taken);
if (slow !== undefined) {
  const [name, { taken, bytes }] = slow;
  process.stdout.write(`slowest: ${name}, ${Math.round(taken)} ms for ${bytes} bytes\n`);
}
for (const one of found.slice(0, 20)) process.stdout.write(`${one}\n`);
process.exitCode = found.length > 0 ? 1 : 0;
