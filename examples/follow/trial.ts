// A run of the closed loop of network and camera, in the simulator or on a virtual chip, and how well the target was followed.

import { lastValueFrom, type Observable, reduce } from 'rxjs';
import { closeLoop, type LoopStep, type Pipeline, type Target } from 'spikeline';
import { type Places, placesFor } from '../silicon/virtual-chip.ts';
import { decode, encode } from './coding.ts';
import { following, type Seen, scene, wandering } from './scene.ts';

/** A step of the loop. */
export type Step = LoopStep<Seen, Float64Array>;

/** How a run goes. */
export interface Trial {
  /** Seed of the wall, the camera and the way of the target. */
  readonly seed: number;
  /** How long it takes, seconds; 10 if left out. */
  readonly duration?: number;
  /** Whether the head turns; false to see what happens if it does not. */
  readonly turns?: boolean;
}

/** How near to the middle the target is to be, pixels: twice its radius. */
export const near = 6;

/** A run on a target, step by step. */
export function follow(target: Target, net: Pipeline, trial: Trial): Observable<Step> {
  const { seed, duration = 10, turns = true } = trial;
  return closeLoop<Seen, Float64Array>({
    target,
    net,
    environment: following(wandering),
    encode: encode(),
    decode: turns ? decode : () => Float64Array.of(0, 0),
    duration,
    seed,
    limits: [-scene.fastest, scene.fastest],
    onStop: Float64Array.of(0, 0),
  });
}

const places = placesFor(follow);
/** A run in the simulator. */
export const inSimulator: Places<Trial, Step>['inSimulator'] = places.inSimulator;
/** A run on a virtual chip, whose silicon is `seed`. */
export const onChip: Places<Trial, Step>['onChip'] = places.onChip;

/** What became of a run. */
export interface Outcome {
  /** Share of the time that the target was less than `near` pixels from the middle. */
  readonly followed: number;
  /** How far it was from the middle at most, pixels. */
  readonly farthest: number;
  /** Events of the camera. */
  readonly events: number;
}

/** Watches a run to its end. */
export function outcome(steps: Observable<Step>): Promise<Outcome> {
  const start: Outcome = { followed: 0, farthest: 0, events: 0 };
  return lastValueFrom(
    steps.pipe(
      reduce(({ followed, farthest, events }, { step, observation }) => {
        const far = Math.hypot(...observation.offset);
        return {
          followed: followed + (Number(far < near) - followed) / (step + 1),
          farthest: Math.max(farthest, far),
          events: events + observation.events.addresses.length,
        };
      }, start),
    ),
  );
}
