import { Observable, type OperatorFunction } from 'rxjs';
import { UnsupportedPipelineError } from '../src/errors.ts';
import type { SpikeRaster } from '../src/events/spike-raster.ts';
import type { Pipeline } from '../src/pipeline/pipeline.ts';
import type { Target } from '../src/pipeline/target.ts';

/**
 * Runs a pipeline on a target. The same pipeline runs on any: what goes in and what comes out are
 * rasters on the same time bins. Unsubscribing stops the target.
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
      subscriber.add(
        source.subscribe({
          next: (chunk) => run.push(chunk),
          error: (cause) => subscriber.error(cause),
          complete: () => run.end(),
        }),
      );
    });
}
