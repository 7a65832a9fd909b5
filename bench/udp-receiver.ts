// Hears datagrams in a process of its own, held up for a while if it is told, and says what came and what it missed.
import { setTimeout } from 'node:timers/promises';
import type { AerPacket } from 'spikeline/events';
import { lossCounter } from 'spikeline/events';
import { fromUdp } from 'spikeline/sources';

/** What the receiver is told. */
export interface Hearing {
  /** Bytes that the system keeps for it. */
  readonly buffer: number;
  /** How long it is held up in the middle, milliseconds. */
  readonly stall: number;
}

/** What the receiver has to say at the end. */
export interface Heard {
  readonly received: number;
  readonly lost: number;
}

async function stallAfter(ms: number, stall: number): Promise<void> {
  await setTimeout(ms);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stall);
}

function hear({ buffer, stall }: Hearing): void {
  const losses = lossCounter();
  let received = 0;
  let begun = false;
  const onListening = (port: number) => process.send!(port);
  fromUdp<AerPacket>({ port: 0, buffer, onListening, losses }).subscribe({
    next({ timestamps }) {
      received += timestamps.length;
      if (!begun && stall > 0) void stallAfter(500, stall);
      begun = true;
    },
    complete() {
      const heard: Heard = { received, lost: losses.byReason['lost'] ?? 0 };
      process.send!(heard);
      process.disconnect();
    },
  });
}

if (process.send !== undefined) hear(JSON.parse(process.argv[2]!) as Hearing);
