// Records events that are numbered by their times and addresses, at a rate, until it is killed or the disk is full.
import { existsSync, openSync, writeSync } from 'node:fs';
import { Subject } from 'rxjs';
import { type AerPacket, type ChannelSpace, channels } from 'spikeline';
import { toFile } from 'spikeline/sinks';

/** Events that are recorded each microsecond. */
export const perMicrosecond = 5;

/** Event `i` has this address. */
export const space: ChannelSpace = channels(2 ** 20);

/** Events in a packet: a millisecond. */
const size = 1000 * perMicrosecond;

/** Milliseconds that are made up for at once, when this process was held up: timers go on in between. */
const behind = 20;

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
  tell();
  let open = false;
  const timer = setInterval(() => {
    const due = (performance.now() - begin) * 1000 * perMicrosecond;
    for (let n = 0; n < behind && made + size <= due && input.observed; n++) {
      const packet = packetFrom(made);
      made += size;
      tell();
      input.next(packet);
    }
    if (open || !existsSync(path)) return;
    open = true;
    process.send?.({ begun: true });
  }, 1);
  input.pipe(toFile(path)).subscribe({
    error(cause: Error) {
      clearInterval(timer);
      tell();
      process.send?.({ failed: cause.message });
      process.disconnect?.();
    },
  });
}

const [, , path, notes] = process.argv;
if (process.send !== undefined) recordUntilKilled(path!, notes!);
