/** What a process holds on its heap, and how often its garbage was collected. */
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

/** The heap of a process by now. */
export interface Heap {
  /** Bytes in use, garbage that has not been collected included. */
  readonly bytes: number;
  /** How often garbage was collected since the watch began. */
  readonly pauses: number;
  /** The longest of these pauses, milliseconds. */
  readonly pause: number;
}

/** A watch over the heap of this process. */
export interface HeapWatch {
  read(): Heap;
  stop(): void;
}

/** Watches the heap of this process from now on. */
export function watchHeap(): HeapWatch {
  let [pauses, pause] = [0, 0];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      pauses++;
      pause = Math.max(pause, duration);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return {
    read: () => ({ bytes: getHeapStatistics().used_heap_size, pauses, pause }),
    stop: () => observer.disconnect(),
  };
}
