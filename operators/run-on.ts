import { concatWith, ignoreElements, NEVER, Observable, type OperatorFunction, tap } from 'rxjs';
import { DataError, UnsupportedPipelineError } from '../src/errors.ts';
import { rasterProblems, type SpikeRaster } from '../src/events/spike-raster.ts';
import type { Pipeline } from '../src/pipeline/pipeline.ts';
import type { Target } from '../src/pipeline/target.ts';
import { problemText } from '../src/problems.ts';

/** Refuses a chunk that no target could run. */
function checkRaster(chunk: SpikeRaster): void {
  const problems = rasterProblems(chunk);
  if (problems.length > 0) throw new DataError(problems.map(problemText).join('; '));
}

/**
 * Runs a pipeline on a target. The same pipeline runs on any: what goes in and what comes out are
 * rasters on the same time bins. Unsubscribing stops the target. Errors with a `DataError` where a
 * chunk does not fit the pipeline or starts before the last one has ended.
 *
 * @throws UnsupportedPipelineError with everything that the target cannot do, before anything runs
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[4]] }), dynapSim({ neurons: 1 }));
 * poisson({ channels: 1, rate: 50, duration: 1, seed: 0 }).pipe(runOn(simulator(), net));
 * ```
 */
export function runOn(
  target: Target,
  pipeline: Pipeline,
): OperatorFunction<SpikeRaster, SpikeRaster> {
  const reasons = target.unsupported(pipeline);
  if (reasons.length > 0) throw new UnsupportedPipelineError(target.name, reasons);
  return (source) =>
    new Observable((subscriber) => {
      const run = target.start(pipeline, subscriber);
      subscriber.add(() => run.stop());
      source
        .pipe(
          tap({
            next: (chunk) => {
              checkRaster(chunk);
              run.push(chunk);
            },
            complete: () => run.end(),
          }),
          ignoreElements(),
          concatWith(NEVER),
        )
        .subscribe(subscriber);
    });
}
