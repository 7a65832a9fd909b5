import {
  type Deployment,
  type DeployOptions,
  deploy,
  dynapSim,
  type LinkStatistics,
  linear,
  type Pipeline,
  pipeline,
  type SpikeRaster,
  type VirtualBoardConfig,
  type VirtualLink,
  virtualBoard,
} from 'spikeline';
import { encodeWeights } from 'spikeline/chip';
import { rasterToEvents } from 'spikeline/events';
import { echoReply, echoWord } from '#src/chips/dynapse2/event';
import { unwrapper, wrapTime } from '#src/devices/wrap';
import { type FakeClock, fakeClock } from '#test/devices/fake-clock';

/** Bases of 1, 2, 4 and 8: whole numbers up to 15 are exact. */
export const exact: DeployOptions = {
  quantiser: (weights) => encodeWeights(weights, [1, 2, 4, 8]),
};

/** One input on one neuron that fires within a few steps of 200 Hz input. */
export const single: Pipeline = pipeline(
  linear({ weight: [[15]] }),
  dynapSim({ neurons: 1, Ispkthr: 1e-8 }),
);

/** An event as a test sees it: board time, unwrapped, and word. */
export type Seen = readonly [time: number, word: number];

/** A board on a bench: opened, configured, listened to. */
export interface Bench {
  readonly clock: FakeClock;
  readonly link: VirtualLink;
  readonly deployment: Deployment;
  /** Everything that came back so far, without echoes. */
  readonly seen: Seen[];
  /** Times of the echoes that came back so far. */
  readonly echoes: number[];
  /** Sends a raster so that its start lies at board time `at`, and an echo at its end. */
  send(raster: SpikeRaster, at: number): void;
}

/** Opens a board on a fake clock and configures it for `net`. */
export async function bench(net: Pipeline, config: VirtualBoardConfig = {}): Promise<Bench> {
  const clock = fakeClock();
  const deployment = deploy(net, exact);
  const link = await virtualBoard({ clock, mismatch: { fraction: 0 }, ...config }).open();
  await link.configure(deployment.configuration);
  const seen: Seen[] = [];
  const echoes: number[] = [];
  const times = unwrapper(config.startTime ?? 0);
  link.listen({
    events({ timestamps, words }) {
      for (let i = 0; i < words.length; i++) {
        const time = times.unwrap(timestamps[i]!);
        if (words[i] === echoReply) echoes.push(time);
        else seen.push([time, words[i]!]);
      }
    },
  });
  const send = (raster: SpikeRaster, at: number): void => {
    const { timestamps, addresses } = rasterToEvents(raster);
    const words = Array.from(addresses, (channel) => deployment.inputWords[channel]![0]!);
    const end = at + Math.round(raster.steps * raster.dt * 1e6);
    link.send({
      timestamps: Uint32Array.from(
        [...timestamps.map((time) => time - raster.startTime + at), end],
        wrapTime,
      ),
      words: Uint32Array.from([...words, echoWord]),
    });
  };
  return { clock, link, deployment, seen, echoes, send };
}

/** Events that a board has accounted for. */
export function accounted({ delivered = 0, late = 0, dropped = 0 }: LinkStatistics): number {
  return delivered + late + dropped;
}
