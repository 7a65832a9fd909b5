/** What has been begun by a protocol or another stimulus, and takes its time. */

/** Calls `done` once it has come to its end, at once if there is nothing; `failed` if it fails. */
export function onceSettled(
  underWay: Promise<unknown> | undefined,
  done: () => void,
  failed: (cause: unknown) => void,
): void {
  if (underWay === undefined) done();
  else Promise.resolve(underWay).then(done, failed);
}
