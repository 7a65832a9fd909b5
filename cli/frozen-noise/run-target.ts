import { from, lastValueFrom, map, type Observable, tap, toArray } from 'rxjs';
import { type Pipeline, runOn, type SpikeRaster, type Target } from 'spikeline';
import { inTurn } from 'spikeline/events';
import type { FrozenNoiseData } from './data.ts';
import { patternRatio, type Rates, ratesOf, testRatio } from './rates.ts';
import { finite, type TargetResult, testResult } from './result.ts';

/** Sends rasters one after the other through a pipeline on a target; the same code for every target. */
export function stream(
  target: Target,
  net: Pipeline,
  rasters: readonly SpikeRaster[],
): Observable<SpikeRaster> {
  return from(inTurn(rasters)).pipe(runOn(target, net));
}

/** Everything one target gave: the table's line, and the rasters for the pictures. */
export interface TargetRecord {
  readonly result: TargetResult;
  /** Output rasters of both patterns. */
  readonly outputs: readonly SpikeRaster[];
  /** Ratios on the random rasters. */
  readonly ratios: readonly number[];
}

/** Runs both patterns on one target and the random rasters on another (which may be the same). */
export async function recordTarget(
  targets: { readonly patterns: Target; readonly tests: Target },
  net: Pipeline,
  data: FrozenNoiseData,
  onTest: (done: number) => void,
): Promise<TargetRecord> {
  const outputs = await lastValueFrom(stream(targets.patterns, net, data.patterns).pipe(toArray()));
  const patterns = outputs.map(ratesOf) as [Rates, Rates];
  let done = 0;
  const tests = await lastValueFrom(
    stream(targets.tests, net, data.tests).pipe(
      map(ratesOf),
      tap(() => onTest(++done)),
      toArray(),
    ),
    { defaultValue: [] },
  );
  const ratios = tests.map(testRatio);
  const pattern = (i: 0 | 1) => ({
    rates: patterns[i],
    frr: finite(patternRatio(patterns[i], i)),
  });
  return {
    result: { fn0: pattern(0), fn1: pattern(1), test: testResult(tests, ratios) },
    outputs,
    ratios,
  };
}
