// A run of the closed loop of network and cart, in the simulator or on a virtual chip, and what became of it.

import { lastValueFrom, type Observable, reduce } from 'rxjs';
import { closeLoop, type LoopStep, type Pipeline, type Target } from 'spikeline';
import { type Places, placesFor } from '../silicon/virtual-chip.ts';
import { cart, cartPole, isLost, type Push } from './cart.ts';
import { decode, encode, loopStep } from './coding.ts';

/** A step of the loop. */
export type Step = LoopStep<Float64Array, Float64Array>;

/** How a run goes. */
export interface Trial {
  /** Seed of where it begins. */
  readonly seed: number;
  /** How long the pole is to stand, seconds; 30 if left out. */
  readonly duration?: number;
  /** A push on the way. */
  readonly push?: Push;
}

/** The push that is to be survived: 10 N on the cart for a tenth of a second, ten seconds after the start. */
export const push: Push = { at: 10, duration: 0.1, force: 10 };

/** A run on a target, step by step. */
export function balance(target: Target, net: Pipeline, trial: Trial): Observable<Step> {
  return closeLoop({
    target,
    net,
    environment: cartPole(trial.push),
    encode: encode(),
    decode,
    dt: loopStep,
    duration: trial.duration ?? 30,
    seed: trial.seed,
    limits: [-cart.force, cart.force],
    onStop: Float64Array.of(0),
  });
}

const places = placesFor(balance);
/** A run in the simulator. */
export const inSimulator: Places<Trial, Step>['inSimulator'] = places.inSimulator;
/** A run on a virtual chip, whose silicon is `seed`. */
export const onChip: Places<Trial, Step>['onChip'] = places.onChip;

/** What became of a run. */
export interface Outcome {
  /** Whether the pole stood to the end. */
  readonly stood: boolean;
  /** How long it stood, seconds. */
  readonly time: number;
  /** How far the cart went at most, m. */
  readonly farthest: number;
  /** How far the pole leant at most, degrees. */
  readonly leant: number;
}

/** Watches a run to its end. */
export function outcome(steps: Observable<Step>): Promise<Outcome> {
  const start: Outcome = { stood: false, time: 0, farthest: 0, leant: 0 };
  return lastValueFrom(
    steps.pipe(
      reduce(
        ({ farthest, leant }, { step, observation }) => ({
          stood: !isLost(observation),
          time: (step + 1) * loopStep,
          farthest: Math.max(farthest, Math.abs(observation[0]!)),
          leant: Math.max(leant, (Math.abs(observation[2]!) * 180) / Math.PI),
        }),
        start,
      ),
    ),
  );
}
