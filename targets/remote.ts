/** The target `remote`: runs a pipeline on another machine, where `serveTarget` or `spikeline serve` offers one. */
import { DataError, InvalidArgumentError, NetworkError } from '../src/errors.ts';
import { type Losses, lossCounter, lossesCheck } from '../src/events/losses.ts';
import { accessTable, type NatsAccess } from '../src/nats/access.ts';
import { addressProblems, readNatsAddress } from '../src/nats/address.ts';
import { networkError, openNats } from '../src/nats/connection.ts';
import { readServed } from '../src/nats/remote-protocol.ts';
import { startRemoteRun } from '../src/nats/remote-run.ts';
import type { ServedTarget } from '../src/nats/served.ts';
import { number, type OptionTable, oneOf, optionProblems, readOnce } from '../src/options.ts';
import { recordedSignal } from '../src/pipeline/record.ts';
import { packPipeline } from '../src/pipeline/save.ts';
import { outputSignals, requestProblems } from '../src/pipeline/signals.ts';
import type { Target } from '../src/pipeline/target.ts';
import { problem } from '../src/problems.ts';

/** Configuration of {@link remote}. */
export interface RemoteConfig extends NatsAccess {
  /**
   * What becomes of a run whose server is gone. `error` (if left out): it errors, and says which inputs were not answered. `restart`: it
   * is started again there, at rest, with those inputs, which is counted as `restarts`.
   */
  readonly lost?: 'error' | 'restart';
  /** How long the server may say nothing, milliseconds; 5000 if left out. */
  readonly patience?: number;
  /** Bytes of input that may wait for the server; 64 MiB if left out. */
  readonly buffer?: number;
  /** Counts what was lost; the target's own if left out. */
  readonly losses?: Losses;
}

/** A target on another machine. */
export interface RemoteTarget extends Target {
  /**
   * What the target over there has lost, by its reasons; runs that were started again at rest (`restarts`), and
   * events of bins that had begun then (`events`).
   */
  readonly losses: Losses;
  /**
   * Asks what is served. From then on `unsupported` takes it into account.
   *
   * @throws NetworkError if nothing is served there
   */
  describe(): Promise<ServedTarget>;
}

const table: OptionTable<RemoteConfig> = {
  ...accessTable,
  lost: oneOf(['error', 'restart']),
  patience: number({ above: 0, unit: 'milliseconds' }),
  buffer: number({ min: 1, whole: true, unit: 'bytes' }),
  losses: lossesCheck,
};

/**
 * Makes a target of what is served at an address on NATS. The pipeline goes there in its saved form, inputs go there,
 * and outputs come back, one for each input, with its times. No more inputs are under way than the other machine works
 * on. What it cannot run ends in the error that it would give here. What was lost is told in the error, or counted.
 *
 * @param address server and subject: `nats://127.0.0.1:4222/simulator`
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[4]] }), dynapSim({ neurons: 1 }));
 * const far = remote('nats://127.0.0.1:4222/simulator', { lost: 'restart' });
 * const spikes$ = poisson({ channels: 1, rate: 50, duration: 0.1, seed: 0 }).pipe(runOn(far, net));
 * typeof spikes$.subscribe; // 'function'
 * ```
 */
export function remote(address: string, config: RemoteConfig = {}): RemoteTarget {
  config = readOnce(config, table);
  const problems = [...addressProblems(address, 'address'), ...optionProblems(config, table)];
  if (problems.length > 0) throw new InvalidArgumentError('this target cannot be made', problems);
  const { lost = 'error', patience = 5000, buffer = 2 ** 26, losses = lossCounter() } = config;
  const { lost: _, patience: __, buffer: ___, losses: ____, ...access } = config;
  const place = readNatsAddress(address);
  let served: ServedTarget | undefined;
  /** Runs that have not stopped there yet: another may need what they hold. */
  const leaving = new Set<Promise<void>>();
  return {
    name: 'remote target',
    losses,
    async describe() {
      const link = await openNats(place, access, { failed() {} });
      try {
        const answer = await link.connection.request(`${place.subject}.hello`, '', {
          timeout: patience,
        });
        served = readServed(new TextDecoder().decode(answer.data));
        return served;
      } catch (cause) {
        if (cause instanceof DataError) throw cause;
        const found = networkError(cause, place.server);
        if (!(found instanceof NetworkError) || found.code === 'refused') throw found;
        const what = `there is no target at ${address}; start one with: spikeline serve --nats ${address}`;
        throw new NetworkError('not-found', what, { cause });
      } finally {
        await link.close();
      }
    },
    unsupported(pipeline, request = {}) {
      request = readOnce(request);
      const own = requestProblems(pipeline, request);
      if (own.length > 0 || served === undefined || served.states) return own;
      return (request.record ?? []).flatMap((name, i) => {
        if (recordedSignal(pipeline, name).state === undefined) return [];
        const needed = `the ${served!.target} at ${address} sees no states; record spikes`;
        return [problem(`record[${i}]`, 'unsupported', name, needed)];
      });
    },
    start(pipeline, observer, request = {}) {
      const ready = Promise.all(leaving);
      let done = (): void => {};
      const left = new Promise<void>((resolve) => {
        done = resolve;
      });
      leaving.add(left);
      const forget = (): boolean => leaving.delete(left);
      left.then(forget, forget);
      return startRemoteRun({
        address: place,
        access,
        pipeline: packPipeline(pipeline),
        request,
        signals: outputSignals(pipeline, request),
        observer,
        lost,
        patience,
        buffer,
        losses,
        ready,
        done,
      });
    },
  };
}
