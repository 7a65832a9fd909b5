/** A stream cut into packets of equal time. */
import { InvalidArgumentError } from '../errors.ts';
import { type AerPacket, soundPacket } from '../events/aer-packet.ts';
import { eventStore } from '../events/event-store.ts';
import { lossCounter } from '../events/losses.ts';
import type { Space } from '../events/space.ts';
import { optionProblems, readOnce } from '../options.ts';
import { type Emit, once, type Slicer } from './filter.ts';
import { type WindowConfig, windowProblems, windowsOf, windowTable } from './windows.ts';

/** Configuration of `timeSlice`. */
export type TimeSliceConfig = WindowConfig;

/**
 * Makes the slicer of `timeSlice`.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const slicer = timeSlicer({ window: 1e-3 });
 * const ends: number[] = [];
 * slicer.push(aerPacket([10, 1500], [0, 0], channels(1)), ({ until }) => ends.push(until));
 * ends; // [1000]
 * ```
 */
export function timeSlicer<S extends Space>(
  config: TimeSliceConfig,
): Slicer<AerPacket<S>, AerPacket<S>> {
  config = readOnce(config, windowTable);
  const problems = optionProblems(config, windowTable, 'window');
  if (problems.length === 0) problems.push(...windowProblems(config));
  if (problems.length > 0) throw new InvalidArgumentError('this stream cannot be cut', problems);
  const windows = windowsOf<S>(config, config.losses ?? lossCounter());
  const store = eventStore();
  let space: S | undefined;
  const keepSpace = once((given: S) => given);
  const useOf = (emit: Emit<AerPacket<S>>) => ({
    events: store.addRange,
    close: (_: number, until: number) => emit({ ...store.takeAll(), space: space!, until }),
  });
  return {
    push(packet, emit) {
      packet = soundPacket(packet);
      space = keepSpace(packet.space);
      windows.push(packet, useOf(emit));
    },
    goOn: (emit) => windows.goOn(useOf(emit)),
    end: (emit) => windows.end(useOf(emit)),
  };
}
