/** The operator `runOn`: a pipeline runs on a target, chunk by chunk or packet by packet. */
import { isObservable, type Observable, type OperatorFunction } from 'rxjs';
import { DataError, UnsupportedPipelineError } from '../src/errors.ts';
import { rasterProblems, type SpikeRaster } from '../src/events/spike-raster.ts';
import {
  number,
  type OptionTable,
  optionProblems,
  readAs,
  readable,
  readItem,
  readOnce,
  refuse,
} from '../src/options.ts';
import { pipelineProblems } from '../src/pipeline/guard.ts';
import type { Pipeline } from '../src/pipeline/pipeline.ts';
import { recordProblems } from '../src/pipeline/record.ts';
import {
  isPacket,
  type RecordedOf,
  type SpikesOf,
  type Target,
  type TargetInput,
  type TargetOutput,
  type TargetRequest,
  targetCheck,
} from '../src/pipeline/target.ts';
import { problem, problemText, shown, within } from '../src/problems.ts';
import { oneAtATime, unfinished } from './one-at-a-time.ts';

/** Options of {@link runOn}. */
export interface RunOnOptions extends TargetRequest {
  /**
   * When all neurons are brought to rest: at each value of an observable, or before each `chunk` (or packet) but the
   * first, as between trials. Never if left out.
   */
  readonly resetOn?: Observable<unknown> | 'chunk';
}

/** Runs a pipeline: rasters give rasters, packets give packets. */
export type RunOn = <In extends TargetInput>(source: Observable<In>) => Observable<SpikesOf<In>>;

/** Runs a pipeline and gives signals by name. */
export type RunAndRecord<Names extends readonly string[]> = <In extends TargetInput>(
  source: Observable<In>,
) => Observable<RecordedOf<In, Names>>;

const table: OptionTable<RunOnOptions> = {
  // Which names there are is for the target to say.
  record: () => [],
  startTime: number({ whole: true, unit: 'µs' }),
  resetOn: (value) =>
    value === 'chunk' || isObservable(value)
      ? []
      : [problem('', 'wrong-type', value, "an observable or 'chunk' is needed")],
};

/** Reads an input, and refuses one that no target could run. */
function soundInput(given: TargetInput): TargetInput {
  const input = readItem(given);
  if (typeof input !== 'object' || input === null) {
    throw new DataError(`${shown(input)} came; a raster or a packet of events is needed`);
  }
  if (!isPacket(input)) checkRaster(input);
  return input;
}

function checkRaster(raster: SpikeRaster): void {
  const problems = readable(() => rasterProblems(raster));
  if (problems.length > 0) throw new DataError(problems.map(problemText).join('; '));
}

/**
 * Runs a pipeline on a target; the same pipeline runs on any. Rasters give rasters on the same time bins, packets of
 * events give packets; times are absolute. Without `record` the spikes of the output population come out. With it, each
 * input gives one object of named signals over the same time: spikes of any population, and states where the target can
 * see them. Unsubscribing stops the target. Errors with a `DataError` if an input does not fit the pipeline or goes back
 * in time.
 *
 * @throws InvalidArgumentError with all problems, if an argument is of another type
 * @throws UnsupportedPipelineError with everything that the target cannot do, before anything runs
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[4]] }), dynapSim({ neurons: 1, name: 'output' }));
 * const noise$ = poisson({ channels: 1, rate: 50, duration: 1, seed: 0 });
 * noise$.pipe(runOn(simulator(), net));
 * noise$.pipe(
 *   runOn(simulator(), net, { record: ['output', 'output:imem'] }),
 *   map((signals) => signals['output:imem'].values.length),
 *   take(1),
 * ); // emits 100
 * ```
 */
export function runOn(
  target: Target,
  pipeline: Pipeline,
  options?: RunOnOptions & { readonly record?: undefined },
): RunOn;
export function runOn<const Names extends readonly string[]>(
  target: Target,
  pipeline: Pipeline,
  options: RunOnOptions & { readonly record: Names },
): RunAndRecord<Names>;
export function runOn(
  target: Target,
  pipeline: Pipeline,
  options: RunOnOptions = {},
): OperatorFunction<TargetInput, never> {
  options = readOnce(options, table);
  target = readAs(target, targetCheck);
  refuse('this cannot be run', () => {
    const problems = [
      ...within('target', targetCheck(target)),
      ...pipelineProblems(pipeline),
      ...optionProblems(options, table),
    ];
    if (problems.length === 0 || pipelineProblems(pipeline).length > 0) return problems;
    // Whatever the target will say of it, all is said at once.
    const { record } = (options ?? {}) as Partial<RunOnOptions>;
    return [...problems, ...(record === undefined ? [] : recordProblems(pipeline, record))];
  });
  const { resetOn, ...request } = options;
  const unsupported = target.unsupported(pipeline, request);
  if (unsupported.length > 0) throw new UnsupportedPipelineError(target.name, unsupported);
  return oneAtATime<TargetInput, TargetOutput>((subscriber) => {
    const run = target.start(pipeline, subscriber, request);
    subscriber.add(() => run.stop());
    if (isObservable(resetOn)) {
      subscriber.add(
        resetOn.subscribe({
          next() {
            try {
              run.reset();
            } catch (cause) {
              subscriber.error(cause);
            }
          },
          error: (cause: unknown) => subscriber.error(cause),
        }),
      );
    }
    let first = true;
    return {
      demand: run.demand,
      next(input) {
        input = soundInput(input);
        if (resetOn === 'chunk' && !first) run.reset();
        first = false;
        if (run.pushPart === undefined) run.push(input);
        else if (run.pushPart(input)) return unfinished;
        return undefined;
      },
      ...(run.goOn && { goOn: () => (run.goOn!() ? unfinished : undefined) }),
      complete: () => run.end(),
    };
  }) as OperatorFunction<TargetInput, never>;
}
