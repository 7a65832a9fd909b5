// Measures a bridge to the stand-in for samna, which plays a virtual board of this process. The bench starts it.
import { type SamnaLink, samnaBridge } from 'spikeline/devices';
import type { BridgeFigures } from '#bench/samna/bridge';
import { network } from '#bench/samna/network';
import { answers } from '#bench/side';
import { echoReply, echoWord } from '#src/chips/dynapse2/event';
import { unwrapNear, wrapTime } from '#src/devices/wrap';
import { standInBoard } from './stand-in-board.ts';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks for the time, again and again. */
async function echoes(link: SamnaLink, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const from = performance.now();
    await link.time();
    times.push(performance.now() - from);
    await sleep(3);
  }
  return times;
}

/** Sends events that come back, so many a second, 50 ms ahead of their time. */
async function outAndBack(link: SamnaLink, rate: number, seconds: number) {
  const block = Math.round(rate / 100);
  const blocks = Math.round(100 * seconds);
  let back = 0;
  let newest = 0;
  let behind = 0;
  const stop = link.listen({
    events({ timestamps, words }) {
      for (const word of words) if (word === echoReply) back++;
      const now = begun + (performance.now() - from) * 1000;
      newest = unwrapNear(timestamps.at(-1)!, now);
      behind = Math.max(behind, (now - newest) / 1000);
    },
  });
  const begun = await link.time();
  const from = performance.now();
  const start = begun + 100_000;
  for (let k = 0; k < blocks; k++) {
    const first = start + k * 10_000;
    link.send({
      timestamps: Uint32Array.from({ length: block }, (_, i) =>
        wrapTime(first + Math.floor((i * 10_000) / block)),
      ),
      words: new Uint32Array(block).fill(echoWord),
    });
    const ahead = (first - begun) / 1000 - 50 - (performance.now() - from);
    if (ahead > 0) await sleep(ahead);
  }
  await link.time(wrapTime(start + blocks * 10_000 + 50_000));
  stop();
  return { rate, sent: blocks * block, back, behind };
}

/** Seconds for a chip of 1024 neurons with 64 synapses each, without the time to settle. */
async function configuring(link: SamnaLink): Promise<number> {
  const chip = network(1, 64);
  const from = performance.now();
  await link.configure(chip);
  return (performance.now() - from) / 1000;
}

answers(async ({ seconds }: { readonly seconds: number }): Promise<BridgeFigures> => {
  const board = await standInBoard({ inputCapacity: 2 ** 20, outputCapacity: 2 ** 20 });
  const link = await samnaBridge({ python: board.python, settleTime: 0 });
  const asked = await echoes(link, 200);
  const flow = await outAndBack(link, 100_000, seconds);
  const before = board.configuring;
  const configured = await configuring(link);
  await link.close();
  await board.close();
  const own = (board.configuring - before) / 1000;
  return { echoes: asked, ...flow, configuring: configured, board: own };
});
