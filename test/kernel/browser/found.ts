import type { KernelFeatures } from 'spikeline/neurons';

/** What the page tells of the kernel in a browser. */
export interface Found {
  readonly features: KernelFeatures;
  /** Whether the page may share memory with threads. */
  readonly isolated: boolean;
  /** Spikes of the same network, in float64 and in the kernel. */
  readonly reference: readonly number[];
  readonly kernel: readonly number[];
  /** Loss after the same training on the page's own thread, on one worker, and on two. */
  readonly alone: number;
  readonly oneThread: number;
  readonly twoThreads: number;
}
