import {
  concatMap,
  delay,
  from,
  lastValueFrom,
  map,
  type Observable,
  of,
  tap,
  toArray,
} from 'rxjs';
import { type Pipeline, runOn, type SpikeRaster, type Target } from 'spikeline';
import { inTurn } from 'spikeline/events';
import type { StopSignal } from '../terminal.ts';
import type { FrozenNoiseData } from './data.ts';
import { patternRatio, type Rates, ratesOf, testRatio } from './rates.ts';
import { finite, type TargetResult, testResult } from './result.ts';
import { unlessStopped } from './stopping.ts';

/** Rasters that are sent before everything else has a turn. */
const rastersPerTurn = 8;

/** Sends rasters one after the other through a pipeline on a target; the same code for every target. */
export function stream(
  target: Target,
  net: Pipeline,
  rasters: readonly SpikeRaster[],
): Observable<SpikeRaster> {
  const paced$ = from(inTurn(rasters)).pipe(
    concatMap((raster, i) => {
      const raster$ = of(raster);
      return (i + 1) % rastersPerTurn === 0 ? raster$.pipe(delay(0)) : raster$;
    }),
  );
  return paced$.pipe(runOn(target, net));
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
  stop$: Observable<StopSignal>,
  onTest: (done: number) => void,
): Promise<TargetRecord> {
  const outputs = await lastValueFrom(
    stream(targets.patterns, net, data.patterns).pipe(toArray(), unlessStopped(stop$)),
  );
  const patterns = outputs.map(ratesOf) as [Rates, Rates];
  let done = 0;
  const tests = await lastValueFrom(
    stream(targets.tests, net, data.tests).pipe(
      map(ratesOf),
      tap(() => onTest(++done)),
      toArray(),
      unlessStopped(stop$),
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
