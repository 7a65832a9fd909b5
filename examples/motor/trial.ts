// A step response of the closed loop of network and motor, in the simulator or on a virtual chip, and how good it is.

import { lastValueFrom, type Observable, toArray } from 'rxjs';
import { closeLoop, type LoopStep, type Pipeline, type Target } from 'spikeline';
import { randomStream } from 'spikeline/neurons';
import { type Places, placesFor } from '../silicon/virtual-chip.ts';
import { decode, encode } from './coding.ts';
import { type Change, dcMotor, motor } from './dc-motor.ts';
import { dt } from './network.ts';

/** A step of the loop. */
export type Step = LoopStep<Float64Array, Float64Array>;

/** How a run goes. */
export interface Trial {
  /** The speed that is wanted from `begin` on, rad/s; before, the motor is to stand still. */
  readonly setPoint: number;
  /** How long it is wanted, seconds; 0.5 if left out. */
  readonly duration?: number;
  /** A torque against the motor on the way. */
  readonly load?: Change;
}

/** When the set point changes, seconds: the network has come to its own rhythm by then. */
export const begin = 0.4;
/** The mean latency of Zhao et al. 2020, seconds. */
export const latency = 75.8e-3;
/** How near to the set point the motor counts as settled, as a fraction of it. */
export const band = 0.05;
/** Set points for so many trials: 48 to 160 rad/s, which is 460 to 1530 turns a minute, in either direction. */
export function setPoints(count: number, seed = 1): number[] {
  const random = randomStream(seed, 'set points');
  return Array.from({ length: count }, () => {
    const speed = 48 + 112 * random.uniform();
    return random.uniform() < 0.5 ? -speed : speed;
  });
}

/** A run on a target, step by step. */
export function respond(target: Target, net: Pipeline, trial: Trial): Observable<Step> {
  const { setPoint: value, load, duration = 0.5 } = trial;
  return closeLoop({
    target,
    net,
    environment: dcMotor({ setPoint: { at: begin, value }, ...(load && { load }) }),
    encode: encode(),
    decode,
    duration: begin + duration,
    limits: [-motor.voltage, motor.voltage],
    onStop: Float64Array.of(0),
  });
}

const places = placesFor(respond);
/** A run in the simulator. */
export const inSimulator: Places<Trial, Step>['inSimulator'] = places.inSimulator;
/** A run on a virtual chip, whose silicon is `seed`. */
export const onChip: Places<Trial, Step>['onChip'] = places.onChip;

/** How good a step response is. */
export interface Response {
  /** From the change of the set point until the speed has come within `band` of it for good, seconds; infinite if it never does. */
  readonly settling: number;
  /** By how much the mean speed of the last quarter of a second is off, as a fraction of the set point. */
  readonly error: number;
  /** How far the speed goes beyond the set point, as a fraction of it. */
  readonly overshoot: number;
}

/** Watches a step response to its end. */
export async function response(steps: Observable<Step>): Promise<Response> {
  const seen = await lastValueFrom(steps.pipe(toArray()));
  const from = Math.round(begin / dt);
  const parts = seen.slice(from).map(({ observation: [setPoint, speed] }) => speed! / setPoint!);
  const outside = parts.findLastIndex((part) => Math.abs(part - 1) > band);
  const last = parts.slice(-Math.round(0.25 / dt));
  const mean = last.reduce((sum, part) => sum + part, 0) / last.length;
  return {
    settling: outside + 1 < parts.length ? (outside + 1) * dt : Number.POSITIVE_INFINITY,
    error: Math.abs(mean - 1),
    overshoot: Math.max(1, ...parts) - 1,
  };
}
