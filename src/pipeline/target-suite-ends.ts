/** The cases of the target suite in which a run ends: by itself, by an error, or since somebody stops it. */
import { DataError } from '../errors.ts';
import { aerPacket, emptyPacket } from '../events/aer-packet.ts';
import { channels } from '../events/space.ts';
import { expectSame, expectTrue, type NamedCases } from '../suite.ts';
import type { TargetInput } from './target.ts';
import {
  inputStart,
  packetChunks,
  rasterChunks,
  suiteInput,
  type TargetBench,
} from './target-bench.ts';

/** Ends: completion, errors, stopping. */
export function endCases(bench: TargetBench): NamedCases {
  const { used, start, until, pass, outputs } = bench;
  const bad: Record<string, readonly TargetInput[]> = {
    'another width': [{ ...suiteInput, channels: 2, steps: 180 }],
    'another dt': [{ ...suiteInput, dt: 2e-3 }],
    'rasters that go back in time': [suiteInput, suiteInput],
    'packets that go back in time': [...packetChunks([]), ...packetChunks([])],
    'packets of another width': [aerPacket([inputStart], [0], channels(7))],
    'packets among rasters': [suiteInput, emptyPacket(channels(3), inputStart + 1e6)],
  };
  return {
    'completes at once without input': () =>
      used(async ({ target }) => {
        expectSame(await outputs(target, []), [], 'outputs without inputs');
      }),
    ...Object.fromEntries(
      Object.entries(bad).map(([title, inputs]) => [
        `ends in an error on ${title}, and is quiet then`,
        () =>
          used(async ({ target }) => {
            const watched = start(target);
            for (const input of inputs) watched.run.push(input);
            await until(() => watched.ended !== 'no', 'an error');
            expectTrue(
              watched.error instanceof DataError,
              `it ended with ${String(watched.error)}`,
            );
            watched.run.push(suiteInput);
            watched.run.end();
            watched.run.stop();
            await pass(20);
            expectSame([watched.after], [0], 'what came after the end');
            // Nothing is left of it: another run goes through.
            await outputs(target, [suiteInput]);
          }),
      ]),
    ),
    'stops at once, and is free again': () =>
      used(async ({ target }) => {
        for (const wait of [0, 1, 20]) {
          const watched = start(target);
          for (const chunk of rasterChunks([10, 10, 10])) watched.run.push(chunk);
          await pass(wait);
          watched.run.stop();
          watched.run.stop();
          const { length } = watched.outputs;
          watched.run.push(suiteInput);
          watched.run.reset();
          watched.run.end();
          await pass(20);
          expectSame([watched.outputs.length], [length], 'outputs after stop()');
          expectTrue(watched.ended !== 'errored', `stopping ended in ${String(watched.error)}`);
        }
        await outputs(target, [suiteInput]);
      }),
    'ends in an error if what it runs on breaks': () =>
      used(async (open) => {
        if (open.break === undefined) return;
        const watched = start(open.target);
        watched.run.push(rasterChunks([10])[0]!);
        await until(() => watched.outputs.length > 0, 'an output');
        await open.break();
        watched.run.push(rasterChunks([10])[1]!);
        await until(() => watched.ended !== 'no', 'an error');
        const { code } = watched.error as { readonly code?: unknown };
        expectSame([code], ['disconnected'], 'code of the error');
      }),
  };
}
