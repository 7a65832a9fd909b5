// Virtual chips that examples are tried on.

import type { Observable } from 'rxjs';
import {
  chip,
  type Deployment,
  type Pipeline,
  simulator,
  type Target,
  usingLink,
  virtualBoard,
} from 'spikeline';

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

/** Where trials run. */
export interface Places<Trial, Step> {
  /** A run in the simulator. */
  inSimulator(net: Pipeline, trial: Trial): Observable<Step>;
  /** A run on a virtual chip, whose silicon is `seed`. */
  onChip(net: Pipeline, deployment: Deployment, seed: number, trial: Trial): Observable<Step>;
}

/** Where trials run that can run on any target. */
export function placesFor<Trial, Step>(
  run: (target: Target, net: Pipeline, trial: Trial) => Observable<Step>,
): Places<Trial, Step> {
  return {
    inSimulator: (net, trial) => run(simulator(), net, trial),
    onChip: (net, deployment, seed, trial) =>
      onVirtualChip(seed, deployment, (target) => run(target, net, trial)),
  };
}
