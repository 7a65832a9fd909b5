/** The operator `usingLink`: opens a link, uses it, and closes it whatever happens. */
import { defer, finalize, from, type Observable, type ObservableInput, switchMap } from 'rxjs';
import { streamOf } from '../src/consumed.ts';
import { type Link, linkProblems, readLink } from '../src/devices/link.ts';
import { InvalidArgumentError } from '../src/errors.ts';
import { callback } from '../src/options.ts';
import { within } from '../src/problems.ts';

/**
 * Opens a link, uses it, and closes it on unsubscribe, error and completion.
 *
 * @throws InvalidArgumentError if one of them is no function
 * @example
 * ```ts
 * const board = virtualBoard();
 * const net = pipeline(linear({ weight: [[4]] }), dynapSim({ neurons: 1 }));
 * const noise$ = poisson({ channels: 1, rate: 50, duration: 0.1, seed: 0 });
 * usingLink(
 *   () => board.open(),
 *   (link) => noise$.pipe(runOn(chip(link), net)),
 * );
 * ```
 */
export function usingLink<L extends Link, Out>(
  open: () => Promise<L>,
  use: (link: L) => ObservableInput<Out>,
): Observable<Out> {
  const problems = [...within('open', callback(open)), ...within('use', callback(use))];
  if (problems.length > 0) throw new InvalidArgumentError('no link can be used', problems);
  return defer(() => {
    let abandoned = false;
    let opened: L | undefined;
    const opening = Promise.resolve(open()).then(async (link) => {
      const own = readLink(link);
      const unfit = linkProblems(own);
      if (unfit.length > 0) throw new InvalidArgumentError('no link was opened', unfit);
      opened = own;
      if (abandoned) await own.close();
      return link;
    });
    return from(opening).pipe(
      switchMap((link) => streamOf(use(link), 'use')),
      finalize(() => {
        abandoned = true;
        // Whoever used it has ended; what closing throws has nobody to go to.
        (async () => opened?.close())().catch(() => {});
      }),
    );
  });
}
