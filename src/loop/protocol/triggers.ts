/** Triggers at work: whether what ends a phase has come. */
import { DataError } from '../../errors.ts';
import { wholes } from '../../events/blocks.ts';
import type { SpikeRaster } from '../../events/spike-raster.ts';
import { stepsIn } from '../../events/ticks.ts';
import { refusePromise } from '../coding.ts';
import type { Listenable, Trigger } from './plan.ts';
import { hear } from './stimuli.ts';

/** A trigger at work. */
export interface WorkingTrigger {
  /** Whether it has come. What its stream failed with is thrown. */
  fired(): boolean;
  /** Takes what the network gave. */
  take?(spikes: SpikeRaster): void;
  /** Ends it. */
  stop?(): void;
}

/** Starts a trigger. */
export function startTrigger(
  trigger: Trigger,
  keys$: Listenable<string> | undefined,
): WorkingTrigger {
  switch (trigger.kind) {
    case 'spikes':
      return spikes(trigger);
    case 'rate':
      return rate(trigger);
    case 'key':
      return signal(keys$, (key) => key === trigger.key);
    case 'signal':
      return signal(
        trigger.signal$,
        (trigger.where ?? (() => true)) as (value: unknown) => boolean,
      );
  }
}

function spikes({ count = 1, channel }: Extract<Trigger, { kind: 'spikes' }>): WorkingTrigger {
  let left = count;
  return {
    fired: () => left <= 0,
    take({ counts, channels }) {
      if (channel !== undefined) checkChannel(channel, channels);
      for (let i = 0; i < counts.length; i++) {
        if (channel === undefined || i % channels === channel) left -= counts[i]!;
      }
    },
  };
}

/** Refuses to wait for what can never come. */
function checkChannel(channel: number, channels: number): void {
  if (channel < channels) return;
  throw new DataError(
    `a trigger listens to channel ${channel}; the output has ${channels}, from 0 to ${channels - 1}`,
  );
}

/** Counts over a window that ends with what came last; only a whole window has a rate. */
function rate({
  above,
  below,
  window,
  channels: some,
}: Extract<Trigger, { kind: 'rate' }>): WorkingTrigger {
  let [sum, at, filled, fired] = [0, 0, 0, false];
  let ring: Uint32Array | undefined;
  return {
    fired: () => fired,
    take({ counts, channels, dt, steps }) {
      if (some !== undefined) checkChannel(Math.max(...some), channels);
      ring ??= wholes(Math.max(1, stepsIn(window, dt)));
      const of = some ?? Array.from({ length: channels }, (_, i) => i);
      for (let step = 0; step < steps; step++) {
        let now = 0;
        for (const one of of) now += counts[step * channels + one]!;
        sum += now - ring[at]!;
        ring[at] = now;
        at = (at + 1) % ring.length;
        filled++;
        if (filled < ring.length) continue;
        const hertz = sum / of.length / (ring.length * dt);
        fired ||= above === undefined ? hertz < below! : hertz > above;
      }
    },
  };
}

function signal<T>(
  signal$: Listenable<T> | undefined,
  where: (value: T) => boolean,
): WorkingTrigger {
  let fired = false;
  const heard =
    signal$ === undefined
      ? undefined
      : hear(signal$, (value) => {
          const is: unknown = where(value);
          refusePromise('where of a trigger', is);
          fired ||= Boolean(is);
        });
  return {
    fired() {
      heard?.check();
      return fired;
    },
    stop: () => heard?.stop(),
  };
}
