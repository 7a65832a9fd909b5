import { chip, InvalidArgumentError } from 'spikeline';
import { linkSuite, type SamnaLink, samnaBridge } from 'spikeline/devices';
import { afterAll, describe, expect, it } from 'vitest';
import { echoReply, echoWord } from '#src/chips/dynapse2/event';
import { configuration, delta, word } from '#test/devices/suite-network';
import { ratiosOn, trainedFrozenNoise } from '#test/support/frozen-noise';
import { bridges, pythonObstacle, standInBoard } from './stand-in-board.ts';

const quick = { settleTime: 0 };
const env = { SAMNA_CHIPS: '1' };
const board = await standInBoard({ env });
const late = await standInBoard({ env, startTime: 2 ** 32 - 2_000_000 });
/** A board of which a host hears three times a second. */
const stalling = await standInBoard({
  env: { ...env, SAMNA_STALLS: '0.3' },
  inputCapacity: 2 ** 18,
  outputCapacity: 2 ** 18,
});
afterAll(() => Promise.all([board.close(), late.close(), stalling.close()]));

/** A link that is configured shortly before the board's time wraps. */
async function beforeWrap(): Promise<SamnaLink> {
  const link = await samnaBridge({ python: late.python, ...quick });
  return Object.create(link, {
    ...Object.getOwnPropertyDescriptors(link),
    configure: {
      async value(given: typeof configuration) {
        await link.configure(given);
        await link.time(2 ** 32 - 60_000);
      },
    },
  });
}

const obstacle = pythonObstacle();
const title = obstacle === undefined ? '' : ` (skipped: ${obstacle})`;

describe.skipIf(obstacle)(`a board behind a bridge to samna${title}`, () => {
  const suite = linkSuite({
    open: () => samnaBridge({ python: board.python, ...quick }),
    configuration,
    word,
    delta,
    unplug: () => board.unplug(),
    openBeforeWrap: beforeWrap,
    left: () => board.connections + late.connections + bridges(),
    patience: 20_000,
  });
  for (const { name, run } of suite) it(name, run);

  it('answers a time after every event before it, however many come at once', async () => {
    const link = await samnaBridge({ python: stalling.python, ...quick });
    const count = 100_000;
    let back = 0;
    link.listen({
      events({ words }) {
        for (const one of words) if (one === echoReply) back++;
      },
    });
    const first = (await link.time()) + 200_000;
    link.send({
      timestamps: Uint32Array.from({ length: count }, (_, i) => first + i),
      words: new Uint32Array(count).fill(echoWord),
    });
    await link.time(first + count + 10_000);
    expect(back).toBe(count);
    await link.close();
  });

  it('runs frozen noise: trained, deployed, and told apart', async () => {
    const trained = await trainedFrozenNoise(1);
    const link = await samnaBridge({ python: board.python, ...quick });
    const ratios = await ratiosOn(chip(link, { lookAhead: 0.02 }), trained);
    await link.close();
    for (const ratio of ratios) expect(ratio).toBeGreaterThan(1.5);
  });
});

it('a bridge without options is refused as any', async () => {
  await expect((async () => samnaBridge(null as never))()).rejects.toThrow(InvalidArgumentError);
});

it('a Python whose name is too long for the machine is refused as one that is not there', async () => {
  const started = samnaBridge({ python: 'p'.repeat(5000) });
  await expect(started).rejects.toMatchObject({ name: 'DeviceError' });
});
