import fc from 'fast-check';
import * as spikeline from 'spikeline';
import { DataError, InvalidArgumentError, UnsupportedPipelineError } from 'spikeline';
import * as devices from 'spikeline/devices';
import * as events from 'spikeline/events';
import * as operators from 'spikeline/operators';
import * as sinks from 'spikeline/sinks';
import * as sources from 'spikeline/sources';
import * as targets from 'spikeline/targets';
import { expect, it } from 'vitest';
import { runs } from '#test/support/runs';

type AnyFunction = (...given: readonly unknown[]) => unknown;

/** Every public function of these rooms. */
const entries: Readonly<Record<string, unknown>> = {
  ...events,
  ...devices,
  ...targets,
  ...sources,
  ...sinks,
  ...operators,
};
const functions = Object.entries(entries).filter(
  // It starts a program of its own each time; test/fuzz tries it.
  (entry): entry is [string, AnyFunction] =>
    typeof entry[1] === 'function' && entry[0] !== 'samnaBridge',
);

/** Things that come close to what is needed, so that more is reached than the first check. */
const near = fc.oneof(
  fc.anything(),
  fc.dictionary(
    fc.constantFrom(
      'channels',
      'dt',
      'steps',
      'seed',
      'rate',
      'space',
      'capacity',
      'record',
      'words',
    ),
    fc.oneof(fc.integer(), fc.double(), fc.anything()),
  ),
  fc.constantFrom<unknown>(
    spikeline.channels(2),
    spikeline.pixels(2, 2),
    spikeline.spikeRaster({ channels: 1, dt: 1e-3, counts: [1] }),
    spikeline.aerPacket([1], [0], events.chipWords('toy')),
    spikeline.simulator(),
    { ...spikeline.spikeRaster({ channels: 1, dt: 1e-3, counts: [1] }), counts: [1] },
  ),
);

/** Refuses any other failure than the ones that say what to do. */
function known(cause: unknown): void {
  const is =
    cause instanceof InvalidArgumentError ||
    cause instanceof UnsupportedPipelineError ||
    cause instanceof DataError;
  if (!is) throw cause;
}

it.each(functions)('%s takes junk or refuses it with its problems', async (name, call) => {
  expect(name).not.toBe('');
  await fc.assert(
    fc.asyncProperty(fc.array(near, { maxLength: 3 }), async (given) => {
      try {
        await call(...given);
      } catch (cause) {
        known(cause);
      }
    }),
    { numRuns: runs(150) },
  );
});
