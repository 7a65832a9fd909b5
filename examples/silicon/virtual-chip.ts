// Virtual chips that examples are tried on.

import type { Observable } from 'rxjs';
import { chip, type Deployment, type Target, usingLink, virtualBoard } from 'spikeline';

/** How far the transistors of the virtual chips differ: by 20 % at three standard deviations. */
const mismatch = { fraction: 0.2 };

/** Runs something on a virtual chip, whose silicon is `seed`, with what was deployed. */
export function onVirtualChip<Step>(
  seed: number,
  deployment: Deployment,
  run: (target: Target) => Observable<Step>,
): Observable<Step> {
  return usingLink(virtualBoard({ seed, chips: 1, mismatch }).open, (link) =>
    run(chip(link, { deployment })),
  );
}
