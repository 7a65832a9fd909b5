import {
  type Deployment,
  referenceEngine,
  type SpikeRaster,
  type VirtualBoardConfig,
  virtualBoard,
} from 'spikeline';
import { rasterToEvents } from 'spikeline/events';
import { echoWord } from '#src/chips/dynapse2/event';
import { wrapTime } from '#src/devices/wrap';
import { fakeClock } from '#test/devices/fake-clock';

/** Event word of every neuron of a deployment, in the order of the merged network. */
export function wordsOf(
  deployment: Deployment,
  populations: Readonly<Record<string, number>>,
): number[] {
  return Object.keys(populations).flatMap((name) => [...deployment.wordsOf(name)]);
}

/** What a virtual board without mismatch answers to a raster from time 0: the spikes under each of `words`. */
export async function boardSpikes(
  deployment: Pick<Deployment, 'configuration' | 'inputWords'>,
  raster: SpikeRaster,
  words: readonly number[],
  model: NonNullable<VirtualBoardConfig['model']> = 'dynapSim',
): Promise<SpikeRaster> {
  const { steps, dt } = raster;
  const clock = fakeClock();
  const mismatch = { fraction: 0 };
  const board = virtualBoard({ clock, dt, mismatch, model, engine: referenceEngine });
  const link = await board.open();
  await link.configure(deployment.configuration);
  const counts = new Uint32Array(steps * words.length);
  const channelOf = new Map(words.map((word, i) => [word, i]));
  link.listen({
    events({ timestamps, words: heard }) {
      for (const [i, word] of heard.entries()) {
        const channel = channelOf.get(word);
        if (channel === undefined) continue;
        const at = Math.floor(timestamps[i]! / (dt * 1e6) + 1e-9) * words.length + channel;
        counts[at] = counts[at]! + 1;
      }
    },
  });
  const { timestamps, addresses } = rasterToEvents(raster);
  const events = Array.from(timestamps).flatMap((time, i) =>
    Array.from(deployment.inputWords[addresses[i]!]!, (word) => [time, word] as const),
  );
  events.push([Math.round(steps * dt * 1e6), echoWord]);
  link.send({
    timestamps: Uint32Array.from(events, ([time]) => wrapTime(time)),
    words: Uint32Array.from(events, ([, word]) => word),
  });
  clock.advance(1);
  await link.close();
  return { ...raster, channels: words.length, counts };
}
