// From a sensor to a chip: a recording of an event camera is streamed at its own pace through a network that has learnt, from
// other recordings, to tell where things move: in the simulator, and on a virtual chip in real time. Each decision is printed as
// it is made. What went in and what came out is recorded, and the recording gives the same spikes again.
//
// npx tsx --conditions @spikeline/source examples/sensor-to-chip.ts

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, type Observable, share, tap } from 'rxjs';
import {
  type AerPacket,
  type ChannelSpace,
  chip,
  pipelineFromJson,
  runOn,
  simulator,
  usingLink,
  virtualBoard,
} from 'spikeline';
import { eventDigest } from 'spikeline/codecs';
import { toFile } from 'spikeline/sinks';
import { fromFile } from 'spikeline/sources';
import {
  type Decision,
  decide,
  fromCamera,
  motionAt,
  motions,
  recordings,
} from './sensor-to-chip/motion.ts';

type Events = Observable<AerPacket<ChannelSpace>>;

const net = pipelineFromJson(
  readFileSync(new URL('./sensor-to-chip/trained.json', import.meta.url), 'utf8'),
);
const unseen = recordings[2]!;

/** Prints decisions as they come, those made while something moves. */
function say({ time, motion }: Decision): void {
  const moving = motionAt(time);
  if (moving === undefined) return;
  const decided = motion === undefined ? '?' : motions[motion]!.name;
  process.stdout.write(
    `${`${time}`.padStart(5)} ms  ${decided.padEnd(10)}${motion === moving ? '' : ' wrong'}\n`,
  );
}

const inSimulator = fromCamera(unseen, { speed: 1 }).pipe(runOn(simulator(), net));
const onChip = usingLink(
  () => virtualBoard({ realTime: true, seed: 3 }).open(),
  (link) => fromCamera(unseen, { speed: 1 }).pipe(runOn(chip(link), net)),
);
for (const [name, spikes$] of Object.entries({ simulator: inSimulator, chip: onChip })) {
  process.stdout.write(`${name}:\n`);
  await lastValueFrom(spikes$.pipe(decide(), tap(say)));
}

// A board that need not keep up with the clock, so that two runs of it are the same.
const onBoard = (events$: Events): Events =>
  usingLink(
    () => virtualBoard({ seed: 3 }).open(),
    (link) => events$.pipe(runOn(chip(link), net)),
  );
/** Digest of all events of a stream, and how many there are. */
async function digestOf(events$: Events): Promise<string> {
  const digest = eventDigest();
  await lastValueFrom(events$.pipe(tap((packet) => digest.add(packet))));
  const { events, digest: hash } = digest.summary();
  return `${events} spikes, digest ${hash.slice(0, 16)}`;
}
const folder = mkdtempSync(join(tmpdir(), 'sensor-to-chip-'));
const path = join(folder, 'input.spk');
try {
  const events$ = fromCamera(unseen).pipe(share());
  const recording = lastValueFrom(events$.pipe(toFile(path)));
  const first = digestOf(onBoard(events$));
  const { count } = await recording;
  process.stdout.write(`recorded ${count} events; answered by ${await first}\n`);
  process.stdout.write(
    `replayed; answered by ${await digestOf(onBoard(fromFile(path) as Events))}\n`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
