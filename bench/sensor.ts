import { lastValueFrom, tap } from 'rxjs';
import { chip, deploy, type Pipeline, runOn, simulator, usingLink, virtualBoard } from 'spikeline';
import { accuracy, decide, fromCamera, learn, recordings } from '#examples/sensor-to-chip/motion';
import { median, quantile } from './measure.ts';
import { type BenchRow, row } from './rows.ts';

const mismatch = { fraction: 0.2 };

/** Accuracy of a network on a recording, on each of 20 virtual chips. */
async function onChips(net: Pipeline, path: string): Promise<number[]> {
  const deployment = deploy(net);
  const found: number[] = [];
  for (let seed = 1; seed <= 20; seed++) {
    const decisions = usingLink(virtualBoard({ seed, mismatch }).open, (link) =>
      fromCamera(path).pipe(runOn(chip(link, { deployment }), net), decide()),
    );
    found.push(await accuracy(decisions));
  }
  return found;
}

/** Milliseconds from the last event of 5 ms of a recording to the decision that it ends, in real time. */
async function latencies(net: Pipeline, path: string): Promise<number[]> {
  const found: number[] = [];
  // When what was said up to a time was handed in, by that time.
  const handed = new Map<number, number>();
  for (let round = 0; round < 10; round++) {
    handed.clear();
    const board = virtualBoard({ realTime: true, seed: round, mismatch });
    const decisions = usingLink(board.open, (link) =>
      fromCamera(path, { speed: 1 }).pipe(
        tap(({ until }) => handed.set(Math.round(until / 1000), performance.now())),
        runOn(chip(link), net),
        decide(),
      ),
    );
    await lastValueFrom(
      decisions.pipe(
        tap(({ time }) => {
          const since = handed.get(time);
          if (since !== undefined) found.push(performance.now() - since);
        }),
      ),
    );
  }
  return found;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** How well motions are told in each recording by a network that has learnt from the others, and how soon. */
export async function sensor(note: (text: string) => void): Promise<BenchRow[]> {
  const [simulated, chips]: [number[], number[][]] = [[], []];
  let delays: number[] = [];
  for (const [i, unseen] of recordings.entries()) {
    note(`learning from all recordings but ${i + 1} of ${recordings.length}`);
    const net = await learn(recordings.filter((path) => path !== unseen));
    simulated.push(await accuracy(fromCamera(unseen).pipe(runOn(simulator(), net), decide())));
    chips.push(await onChips(net, unseen));
    if (i === recordings.length - 1) delays = await latencies(net, unseen);
  }
  return [
    row('sensor.simulator.accuracy', mean(simulated), 'fraction', '>= 0.9', { each: simulated }),
    row('sensor.chips.accuracy', mean(chips.map(mean)), 'fraction', '>= 0.85', {
      each: chips.map(mean),
      least: Math.min(...chips.flat()),
      chips: 20,
    }),
    row('sensor.latency', median(delays), 'ms', null, {
      p99: quantile(delays, 0.99),
      decisions: delays.length,
    }),
  ];
}
