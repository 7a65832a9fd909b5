import { of, timer } from 'rxjs';
import {
  aerPacket,
  channels,
  chip,
  chooseNeurons,
  deploy,
  dynapSim,
  fromPull,
  fromRaster,
  linear,
  pipeline,
  poisson,
  poissonRaster,
  runOn,
  type Target,
  toFpga,
  toRaster,
  virtualBoard,
} from 'spikeline';
import { lossCounter, rasterToEvents } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { spied } from '#test/support/links';
import { TestClock } from '#test/support/test-clock';
import { watch } from '#test/support/watch';

const net = pipeline(linear({ weight: [[9, 5]] }), dynapSim({ neurons: 2 }));
const noise = poissonRaster({ channels: 1, rate: 300, duration: 0.012, seed: 3 });

describe('an exception', () => {
  const failure = new Error('a callback failed');
  const fail = (): never => {
    throw failure;
  };

  it('of whoever watches a counter ends the stream that counted, after all others were told', () => {
    const losses = lossCounter();
    let told = 0;
    losses.watch(fail);
    losses.watch(() => told++);
    const binned = toRaster({ channels: 1, dt: 1e-3, chunkSteps: 5, losses, startTime: 50_000 });
    const seen = watch(of(aerPacket([10], [0], channels(1))).pipe(binned));
    expect([seen.error, told]).toEqual([failure, 1]);
  });

  it('in what is done with the answers of a chip ends that run, with its cause', async () => {
    const clock = new TestClock();
    const link = spied(await virtualBoard({ clock, mismatch: { fraction: 0 } }).open());
    const causes: unknown[] = [];
    chip(link, { clock })
      .start(net, {
        next: fail,
        error: (cause) => {
          causes.push(cause);
          fail();
        },
        complete: fail,
      })
      .push(noise);
    await clock.pass(100);
    expect([causes, link.listeners, clock.waiting]).toEqual([[failure], 0, 0]);
    const seen = watch(fromRaster(noise).pipe(runOn(chip(link, { clock }), net)));
    await clock.runUntil(() => seen.ended !== 'no');
    expect(seen.error).toBeUndefined();
    await link.close();
  });

  it('in a callback of chooseNeurons rejects', async () => {
    const link = await virtualBoard({ mismatch: { fraction: 0 } }).open();
    const chosen = chooseNeurons(link, deploy(net) as never, [noise], { onMeasured: fail });
    await expect(chosen).rejects.toBe(failure);
    await link.close();
  });

  it('of a target ends the stream, also when something outside resets it', () => {
    const target: Target = {
      name: 'odd',
      unsupported: () => [],
      start: () => ({ push() {}, reset: fail, end() {}, stop() {} }),
    };
    const clock = new TestClock();
    const seen = watch(
      poisson({ channels: 1, rate: 1, seed: 0, clock }).pipe(
        runOn(target, net, { resetOn: timer(3, clock) }),
      ),
    );
    clock.advance(5);
    expect([seen.error, clock.waiting]).toEqual([failure, 0]);
  });
});

describe('two sinks on one link', () => {
  it('each report their own sums', async () => {
    const clock = new TestClock();
    const link = await virtualBoard({ clock, realTime: true }).open();
    const { configuration, inputWords } = deploy(net);
    await link.configure(configuration);
    const events = [0.1, 0.3].map((duration, seed) =>
      rasterToEvents(poissonRaster({ channels: 1, rate: 200, duration, seed })),
    );
    const [first, second] = events.map((packet) =>
      watch(
        fromPull([packet], { consume: (one) => [one] }).pipe(toFpga(link, { clock, inputWords })),
      ),
    );
    await clock.runUntil(() => first!.ended !== 'no' && second!.ended !== 'no');
    for (const [i, seen] of [first!, second!].entries()) {
      const { length } = events[i]!.addresses;
      expect(seen.error).toBeUndefined();
      expect(seen.values.at(-1)).toEqual({ sent: length, delivered: length, late: 0, dropped: 0 });
    }
    await link.close();
  });
});
