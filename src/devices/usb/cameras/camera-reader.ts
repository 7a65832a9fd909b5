/** What a camera sends: pixels that changed, and what is counted instead of being passed on. */
import type { GrowingEvents } from '../growing.ts';

/** What of a camera's stream is no pixel. */
export interface CameraCounts {
  /** Frames of the camera's other sensor, skipped. */
  frames: number;
  /** Samples of motion, skipped. */
  motion: number;
  /** Edges at the sockets for triggers, and pulses of the generator, skipped. */
  triggers: number;
  /** Pixels outside of the sensor. */
  outside: number;
  /** Words that no camera sends. */
  unknown: number;
  /** Bytes at the end of a transfer that make no word. */
  oddBytes: number;
  /** Times that the camera's clock was set back to zero. */
  resets: number;
}

/** Reads the stream of a camera. */
export interface CameraReader {
  /** Microseconds from the beginning up to which everything has been read. */
  readonly now: number;
  /** Microseconds at the last reset of the camera's clock. */
  readonly epoch: number;
  readonly counts: Readonly<CameraCounts>;
  /** Reads a transfer, and gives its pixels: times in microseconds, addresses as `pixels(width, height)` has them. */
  read(bytes: Uint8Array): ReturnType<GrowingEvents['take']>;
}

/** Nothing counted yet. */
export function noCounts(): CameraCounts {
  return {
    frames: 0,
    motion: 0,
    triggers: 0,
    outside: 0,
    unknown: 0,
    oddBytes: 0,
    resets: 0,
  };
}
