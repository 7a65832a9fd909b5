/** How a filter or slicer of `src/filters` becomes an operator. */

import type { OperatorFunction, Subscriber } from 'rxjs';
import type { AerPacket } from '../src/events/aer-packet.ts';
import { type Losses, lossCounter } from '../src/events/losses.ts';
import type { Filter, FilterConfig, Slicer } from '../src/filters/filter.ts';
import type { RowStage, Rows } from '../src/filters/rows.ts';
import { readItem, readOnce } from '../src/options.ts';
import { emittedAtOnce, oneAtATime, unfinished } from './one-at-a-time.ts';

/** An operator, with what it could not place. */
export type EventOperator<In, Out> = OperatorFunction<In, Out> & {
  /** What had no place, by reason: `unknownAddress` for events whose address their space does not have, and what the operator names. */
  readonly losses: Losses;
};

/**
 * Makes an operator of a filter: one item out for each that comes in, and what is held at the end. Each subscription has a
 * filter of its own; all share one counter of losses.
 *
 * @param make makes the filter, and refuses a configuration that cannot be
 * @param worth whether an item is emitted; all are if left out
 */
export function filtering<Config extends FilterConfig, In, Out>(
  config: Config,
  make: (config: Config) => Filter<In, Out>,
  worth: (item: Out) => boolean = () => true,
): EventOperator<In, Out> {
  const counted = withLosses(config, make);
  const operator = oneAtATime<In, Out>((subscriber) => {
    const filter = make(counted);
    const emit = (item: Out | undefined): void => {
      if (item !== undefined && worth(item)) subscriber.next(item);
    };
    return {
      next(item) {
        const made = filter(item);
        emit(made);
        return filter.copies === true && !shareArrays(item, made);
      },
      complete() {
        emit(filter.end?.());
        subscriber.complete();
      },
      giveBack: filter.giveBack,
    };
  });
  return Object.assign(operator, { losses: counted.losses });
}

/** Makes an operator of a filter that can also be called row by row, and lets it be called so. */
export function filteringRows<Config extends FilterConfig, In, Out, From, Into>(
  config: Config,
  make: (config: Config) => Filter<In, Out> & RowStage<From, Into>,
  worth?: (item: Out) => boolean,
): EventOperator<In, Out> & RowStage<From, Into> {
  config = readOnce(config);
  const operator = filtering(config, make, worth);
  const counted = { ...config, losses: operator.losses };
  const rows = (channels: number, dt: number): Rows<From, Into> => make(counted).rows(channels, dt);
  return Object.assign(operator, { rows });
}

/** The same of a slicer. */
export function slicing<Config extends FilterConfig, In, Out>(
  config: Config,
  make: (config: Config) => Slicer<In, Out>,
): EventOperator<In, Out> {
  const counted = withLosses(config, make);
  const operator = oneAtATime<In, Out>((subscriber) => {
    const slicer = make(counted);
    let emitted = 0;
    const emit = (item: Out): boolean => {
      subscriber.next(item);
      return ++emitted >= emittedAtOnce || subscriber.closed;
    };
    const goOn = (): unknown => {
      emitted = 0;
      return slicer.goOn?.(emit) === true ? unfinished : undefined;
    };
    return {
      next(item) {
        emitted = 0;
        slicer.push(item, emit);
        return emitted >= emittedAtOnce ? unfinished : undefined;
      },
      goOn,
      complete() {
        slicer.end(emitTo(subscriber));
        subscriber.complete();
      },
    };
  });
  return Object.assign(operator, { losses: counted.losses });
}

/** Hands items on and says whether nobody needs more. */
export function emitTo<Out>(subscriber: Subscriber<Out>): (item: Out) => boolean {
  return (item) => {
    subscriber.next(item);
    return subscriber.closed;
  };
}

/** The configuration with a counter of losses, once it is known to be sound. */
function withLosses<Config extends FilterConfig>(
  config: Config,
  make: (config: Config) => unknown,
): Config & { readonly losses: Losses } {
  config = readOnce(config);
  make(config);
  return { ...config, losses: config.losses ?? lossCounter() };
}

/** Whether a packet that was made has an array of the one that came. */
function shareArrays(given: unknown, made: unknown): boolean {
  const [a, b] = [readItem(given), made] as Partial<AerPacket>[];
  return a?.timestamps === b?.timestamps || a?.addresses === b?.addresses;
}

/** Whether a raster has any bins. */
export function hasSteps({ steps }: { readonly steps: number }): boolean {
  return steps > 0;
}
