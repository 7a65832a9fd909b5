import type { LinkInfo } from 'spikeline/devices';
import type { Rates } from './rates.ts';
import { mean } from './rates.ts';

/** Response to one pattern: rates in hertz, and the ratio of the right neuron to the other. */
export interface PatternResult {
  readonly rates: Rates;
  /** Null if it is infinite: the wrong neuron is silent. */
  readonly frr: number | null;
}

/** Response to random rasters: mean rates in hertz, and the ratio of the faster neuron to the slower. */
export interface TestResult {
  readonly rates: Rates;
  /** Null if any is infinite. */
  readonly meanFrr: number | null;
  /** Null if it is infinite. */
  readonly maxFrr: number | null;
  readonly count: number;
}

/** One line of the paper's Table 1. */
export interface TargetResult {
  readonly fn0: PatternResult;
  readonly fn1: PatternResult;
  readonly test: TestResult;
}

/** Many virtual chips on both patterns. */
export interface ChipsResult {
  readonly count: number;
  /** Chips on which the right neuron fires more for both patterns. */
  readonly bothCorrect: number;
  /** Null if it is infinite. */
  readonly medianFrr: readonly [number | null, number | null];
}

/** What a run in real time gave: it depends on how busy the machine was. */
export interface RealTimeResult {
  readonly fn0: PatternResult;
  readonly fn1: PatternResult;
  /** Absent if the random rasters were not streamed in real time too. */
  readonly test?: TestResult;
  /** Events that went to the board. */
  readonly events: number;
  /** Those of them that came late or not at all, by reason. */
  readonly lost: Readonly<Record<string, number>>;
}

/** What the experiment found; the content of `result.json`. */
export interface FrozenNoiseResult {
  readonly seed: number;
  readonly epochs: number;
  /** Mean squared error of the chosen network, without mismatch. */
  readonly loss: number;
  readonly trainingSeconds: number;
  readonly epochsPerSecond: number;
  readonly simulated: TargetResult;
  readonly quantised: TargetResult & { readonly mse: number };
  /** A chip that waits for its events, so that the same seed gives the same figures everywhere. */
  readonly chip: TargetResult;
  readonly chips: ChipsResult;
  /** The same chip in real time. */
  readonly realTime: RealTimeResult;
  /** What the board says of itself; absent for a virtual one. */
  readonly board?: LinkInfo;
}

/** Infinite ratios are null in JSON. */
export function finite(ratio: number): number | null {
  return Number.isFinite(ratio) ? ratio : null;
}

/** Sums up many rasters. */
export function testResult(rates: readonly Rates[], ratios: readonly number[]): TestResult {
  const side = (i: 0 | 1): number => (rates.length === 0 ? 0 : mean(rates.map((pair) => pair[i])));
  return {
    rates: [side(0), side(1)],
    meanFrr: ratios.length === 0 ? null : finite(mean(ratios)),
    maxFrr: ratios.length === 0 ? null : finite(Math.max(...ratios)),
    count: rates.length,
  };
}
