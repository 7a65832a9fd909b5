// Records events that are numbered by their times and addresses, at a rate, until it is killed or the disk is full.
import { openSync, writeSync } from 'node:fs';
import { Subject } from 'rxjs';
import { type AerPacket, type ChannelSpace, channels } from 'spikeline';
import { toFile } from 'spikeline/sinks';

/** Events that are recorded each microsecond. */
export const perMicrosecond = 5;

/** Event `i` has this address. */
export const space: ChannelSpace = channels(2 ** 20);

/** Events in a packet: a millisecond. */
const size = 1000 * perMicrosecond;

/** Tells, in a file that stays when this process is killed, how many events were made, and in how many seconds. */
export const noteBytes = 16;

function packetFrom(first: number): AerPacket {
  const timestamps = new Float64Array(size);
  const addresses = new Uint32Array(size);
  for (let i = 0; i < size; i++) {
    timestamps[i] = Math.floor((first + i) / perMicrosecond);
    addresses[i] = (first + i) % space.channels;
  }
  return { timestamps, addresses, space, until: (first + size) / perMicrosecond };
}

function recordUntilKilled(path: string, notes: string): void {
  const note = openSync(notes, 'w');
  const input = new Subject<AerPacket>();
  const begin = performance.now();
  let made = 0;
  const tell = (): void => {
    writeSync(note, new Float64Array([made, (performance.now() - begin) / 1000]), 0, noteBytes, 0);
  };
  const timer = setInterval(() => {
    const due = (performance.now() - begin) * 1000 * perMicrosecond;
    while (made + size <= due && input.observed) {
      const packet = packetFrom(made);
      made += size;
      input.next(packet);
    }
    tell();
  }, 1);
  input.pipe(toFile(path)).subscribe({
    error(cause: Error) {
      clearInterval(timer);
      tell();
      process.send?.(cause.message);
      process.disconnect?.();
    },
  });
}

const [, , path, notes] = process.argv;
if (process.send !== undefined) recordUntilKilled(path!, notes!);
