/**
 * `npm run fuzz:codecs -- --inputs 1000000 [--seed 1]`: random and mutated bytes for every codec, read in random cuts. Exit code 1
 * where one throws anything but a DataError, takes longer than a second of processor time, or memory grows by more than 200 MB.
 */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { freeMemory } from '#bench/measure';
import { forms } from '#test/codecs/forms';
import { anyCuts, anyDamage, canRead, damaged, encoded, packetsOf } from '#test/codecs/property';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
  },
});
const inputs = Number(values.inputs);
const seed = Number(values.seed);

/** Inputs of a codec that are made at once. */
const batch = 500;
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
for (let done = 0; done < inputs; ) {
  for (const form of forms) {
    const given = fc.sample(
      fc.tuple(packetsOf(form), anyDamage, anyCuts, fc.uint8Array({ maxLength: 200 }), fc.nat(9)),
      { numRuns: batch, seed: seed + done },
    );
    freeMemory();
    const idle = process.memoryUsage.rss();
    for (const [packets, damage, cuts, junk, kind] of given) {
      const bytes = kind === 0 ? junk : damaged(encoded(form, packets), damage);
      const begin = process.cpuUsage();
      try {
        const read = canRead(form.codec.decoder(form.decoderOptions), bytes, cuts);
        outcomes[read ? 'events' : 'errors']++;
      } catch (error) {
        found.push(`${form.name}: ${Buffer.from(bytes).toString('base64')}: ${error}`);
      }
      const used = process.cpuUsage(begin);
      const taken = (used.user + used.system) / 1000;
      if (taken > (slowest.get(form.name)?.taken ?? 0)) {
        slowest.set(form.name, { taken, bytes: bytes.length });
      }
      if (taken > patience(bytes.length)) {
        found.push(`${form.name}: ${Math.round(taken)} ms for ${bytes.length} bytes`);
      }
    }
    grown = Math.max(grown, process.memoryUsage.rss() - idle);
    last = idle;
    done += batch;
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
