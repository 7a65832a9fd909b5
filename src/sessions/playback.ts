/** A run that gives back what was recorded of another. */
import { gate } from '../demand.ts';
import { chunkEnd } from '../events/bins.ts';
import { kindCheck } from '../pipeline/binned-run.ts';
import { packetBins } from '../pipeline/packet-bins.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { checkGrid, checkOrder } from '../pipeline/run.ts';
import {
  isPacket,
  type TargetObserver,
  type TargetRequest,
  type TargetRun,
} from '../pipeline/target.ts';
import { type Asked, type PlaybackPlan, Player } from './player.ts';

/** Inputs that may wait. */
const mostWaiting = 64;

/** Starts a run that gives back what was recorded. */
export function playback(
  pipeline: Pipeline,
  observer: TargetObserver,
  request: TargetRequest,
  plan: PlaybackPlan,
): TargetRun {
  const player = new Player(pipeline, request, plan);
  const { channelsIn, dt } = pipeline;
  const bins = packetBins({ channelsIn, dt, startTime: request.startTime });
  const check = kindCheck();
  const demand = gate();
  const queue: (Asked | { readonly reset: number } | 'end')[] = [];
  let packets = false;
  let reached: number | undefined;
  let said = request.startTime ?? 0;
  let over = false;
  let busy = false;

  const fail = (cause: unknown): void => {
    if (over) return;
    over = true;
    queue.length = 0;
    demand.set(true);
    observer.error(cause);
  };
  const work = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    try {
      for (let next = queue.shift(); next !== undefined && !over; next = queue.shift()) {
        if (next === 'end') {
          over = true;
          observer.complete();
        } else if ('reset' in next) await player.reset(next.reset);
        else {
          const output = await player.output(next);
          if (over) return;
          observer.next(output);
        }
        if (queue.length < mostWaiting) demand.set(true);
      }
    } catch (cause) {
      fail(cause);
    } finally {
      busy = false;
    }
  };
  const put = (item: (typeof queue)[number]): void => {
    queue.push(item);
    if (queue.length >= mostWaiting) demand.set(false);
    // The first await lets whoever pushed go on.
    Promise.resolve().then(work).catch(fail);
  };
  const guard = (take: () => void): void => {
    if (over) return;
    try {
      take();
    } catch (cause) {
      fail(cause);
    }
  };
  return {
    demand,
    push: (input) =>
      guard(() => {
        check(input);
        if (isPacket(input)) {
          packets = true;
          const span = bins.take(input);
          said = input.until;
          put({ ...span, packets, input });
          return;
        }
        checkGrid(input, pipeline);
        checkOrder(input, reached);
        reached = chunkEnd(input);
        said = reached;
        const { startTime, steps } = input;
        put({ from: startTime, to: reached, steps, packets: false, input });
      }),
    reset: () => guard(() => put({ reset: said })),
    end: () =>
      guard(() => {
        const span = bins.finish();
        if (packets && span.steps > 0) put({ ...span, packets, input: undefined });
        put('end');
      }),
    stop() {
      over = true;
      queue.length = 0;
      demand.set(true);
    },
  };
}
