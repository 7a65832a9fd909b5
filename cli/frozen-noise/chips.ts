import { concatMap, map, type Observable, range, toArray } from 'rxjs';
import {
  chip,
  type Deployment,
  type Pipeline,
  usingLink,
  type VirtualBoardConfig,
  virtualBoard,
} from 'spikeline';
import type { Link } from 'spikeline/devices';
import type { FrozenNoiseData } from './data.ts';
import { median, patternRatio, type Rates, ratesOf } from './rates.ts';
import { type ChipsResult, finite } from './result.ts';
import { stream } from './run-target.ts';

/** Seeds of the virtual chips of an experiment: no two experiments share silicon. */
export function chipSeed(seed: number, chipIndex: number): number {
  return seed * 100_003 + 1 + chipIndex;
}

/** What many chips made of both patterns. */
export interface ChipsRecord {
  readonly result: ChipsResult;
  /** Ratios of every chip, pattern by pattern. */
  readonly ratios: readonly [readonly number[], readonly number[]];
}

/** Sums up the rates that chips gave, those of both patterns for each. */
export function chipsRecord(all: readonly (readonly Rates[])[]): ChipsRecord {
  const side = (i: 0 | 1): number[] => all.map((rates) => patternRatio(rates[i]!, i));
  const ratios = [side(0), side(1)] as const;
  return {
    ratios,
    result: {
      count: all.length,
      bothCorrect: ratios[0].filter((ratio, i) => ratio > 1 && ratios[1][i]! > 1).length,
      medianFrr: [finite(median(ratios[0])), finite(median(ratios[1]))],
    },
  };
}

/**
 * Runs both patterns on many virtual chips of the family of the board, each with a mismatch of its own, as fast as they can; emits the
 * rates of each chip.
 */
export function runChips(
  net: Pipeline,
  deployment: Deployment<unknown>,
  data: FrozenNoiseData,
  config: { readonly seed: number; readonly chips: number; readonly mismatch: number },
): Observable<readonly Rates[]> {
  const { seed, chips, mismatch } = config;
  const onBoard = (index: number): Observable<Rates[]> =>
    usingLink(
      async () => {
        const silicon: VirtualBoardConfig<unknown> = {
          family: deployment.family,
          seed: chipSeed(seed, index),
          mismatch: { fraction: mismatch },
          dt: net.dt,
        };
        return (await virtualBoard(silicon).open()) as Link;
      },
      (link) =>
        stream(chip(link, { deployment }), net, data.patterns).pipe(map(ratesOf), toArray()),
    );
  return range(0, chips).pipe(concatMap(onBoard));
}
