/** What the garbage collector does before a run, so that it does not in the midst of it. */

/**
 * Collects what starting has left, and gives back what the young part of V8's heap has grown by, before work in real time begins. Left to
 * itself, V8 does both in mid-run, when little has been allocated for some ten seconds: in pauses of several milliseconds. It takes
 * some milliseconds for each ten megabytes in use. Where there is no inspector of Node, as in a browser, it does nothing.
 *
 * V8 goes on giving memory back whenever it thinks that nothing is being done, unless it is told not to: `node --no-memory-reducer`. What allocates
 * more than a megabyte a second, as closed loops of a thousand steps a second do, is never taken for nothing, and needs none of this.
 *
 * @example
 * ```ts
 * import { metronome, settleMemory } from 'spikeline/loop';
 *
 * await settleMemory();
 * metronome(1e-3, { ticks: 3, policy: 'catchUp' }).pipe(map(({ tick }) => tick)); // emits 0, 1, 2
 * ```
 */
export async function settleMemory(): Promise<void> {
  const inspector = globalThis.process?.getBuiltinModule?.('node:inspector');
  if (inspector === undefined) return;
  const session = new inspector.Session();
  session.connect();
  await new Promise<void>((resolve) => {
    session.post('HeapProfiler.enable', () =>
      session.post('HeapProfiler.collectGarbage', () => resolve()),
    );
  });
  session.disconnect();
}
