import fc from 'fast-check';
import { from, of } from 'rxjs';
import {
  type AerPacket,
  aerPacket,
  type ChipWordSpace,
  channels,
  DataError,
  type DecodeEventsConfig,
  decodeEvents,
  deploy,
  dynapSim,
  fromHardware,
  InvalidArgumentError,
  linear,
  pipeline,
  poissonRaster,
  virtualBoard,
} from 'spikeline';
import { chipWords, lossCounter, rasterToEvents } from 'spikeline/events';
import { describe, expect, it } from 'vitest';
import { echoReply, echoWord, monitorReply } from '#src/chips/dynapse2/event';
import { fakeClock } from '#test/devices/fake-clock';
import { marbles, operatorCases } from '#test/support/cases';
import { watch } from '#test/support/watch';

const space = chipWords('dynapse2');

/** Neuron 3 of core 1 and neuron 0 of core 2 of the third chip. */
const words = [monitorReply(0, 1, 3), monitorReply(2, 2, 0)];
const config: DecodeEventsConfig = { words };

function packet(index: number): AerPacket<ChipWordSpace> {
  return aerPacket([10 * index, 10 * index + 5], [words[index % 2]!, echoReply], space);
}

operatorCases('decodeEvents', () => decodeEvents(config), packet);

describe('decodeEvents', () => {
  it('numbers the events of its channels, keeps their times, and counts the others', () => {
    const losses = lossCounter();
    const operator = decodeEvents({ ...config, losses });
    const known = fc.constantFrom(...words, echoReply, monitorReply(1, 1, 3), 0);
    const event = fc.tuple(fc.integer({ min: 0, max: 1e9 }), known);
    fc.assert(
      fc.property(fc.array(fc.array(event)), (all) => {
        const before = losses.total;
        const given = all.map((events) => {
          const sorted = [...events].sort(([a], [b]) => a - b);
          return aerPacket(
            sorted.map(([time]) => time),
            sorted.map(([, word]) => word),
            space,
          );
        });
        const { values } = watch(from(given).pipe(operator));
        expect(values).toHaveLength(given.length);
        for (const [i, { timestamps, addresses }] of given.entries()) {
          const kept = Array.from(addresses.keys()).filter((k) => words.includes(addresses[k]!));
          expect(values[i]).toEqual({
            space: channels(2),
            until: given[i]!.until,
            timestamps: Float64Array.from(kept, (k) => timestamps[k]!),
            addresses: Uint32Array.from(kept, (k) => words.indexOf(addresses[k]!)),
          });
        }
        const decoded = values.reduce((sum, { addresses }) => sum + addresses.length, 0);
        expect(decoded + losses.total - before).toBe(all.flat().length);
      }),
    );
    expect(operator.losses).toBe(losses);
    expect(Object.keys(losses.byReason)).toEqual(['otherWord']);
  });

  it('writes to no array that it has been handed', () => {
    const given = packet(1);
    const copy = structuredClone(given);
    watch(of(given).pipe(decodeEvents(config)));
    expect(given).toEqual(copy);
  });

  it('names what comes back from a board', async () => {
    const net = pipeline(
      linear({ weight: [[15, 0]] }),
      dynapSim({ neurons: 2, name: 'hidden', Ispkthr: 1e-8 }),
      linear({ weight: [[15], [15]] }),
      dynapSim({ neurons: 1, name: 'output', Ispkthr: 1e-8 }),
    );
    const { configuration, inputWords, wordsOf } = deploy(net);
    const clock = fakeClock();
    const link = await virtualBoard({ clock, mismatch: { fraction: 0 } }).open();
    await link.configure(configuration);
    const hidden = decodeEvents({ words: wordsOf('hidden').toReversed() });
    const { values } = watch(fromHardware(link).pipe(hidden));
    const { timestamps, addresses } = rasterToEvents(
      poissonRaster({ channels: 1, rate: 300, duration: 0.3, seed: 1 }),
    );
    link.send({
      timestamps: Uint32Array.from([...timestamps, 300_000]),
      words: Uint32Array.from([
        ...Array.from(addresses, (channel) => inputWords[channel]![0]!),
        echoWord,
      ]),
    });
    clock.advance(1);
    const channels = values.flatMap((each) => [...each.addresses]);
    expect(channels.length).toBeGreaterThan(10);
    expect(new Set(channels)).toEqual(new Set([1]));
    expect(hidden.losses.total).toBeGreaterThan(1);
    await link.close();
  });

  it('refuses no channels and shared words, when it is built', () => {
    expect(() => decodeEvents({ words: [] })).toThrow(InvalidArgumentError);
    const [word] = words as [number];
    const shared = { words: [word, 7, word, 7] };
    expect(() => decodeEvents(shared)).toThrow(`words[0] is ${word}; channel 2 has it too`);
    expect(() => decodeEvents(shared)).toThrow('words[1] is 7; channel 3 has it too');
  });

  it('errors on fewer addresses than times, after what was good, and leaves the source', () => {
    const bad = {
      ...packet(1),
      timestamps: Float64Array.of(1, 2),
      addresses: Uint32Array.of(words[0]!),
    };
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('-a-b-a|', { a: packet(1), b: bad });
      const x = aerPacket([10], [1], channels(2), 15);
      expectObservable(source.pipe(decodeEvents(config))).toBe(
        '-x-#',
        { x },
        expect.any(DataError),
      );
      expectSubscriptions(source.subscriptions).toBe('^--!');
    });
  });
});
