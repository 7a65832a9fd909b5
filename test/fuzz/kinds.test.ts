import { lastValueFrom, of } from 'rxjs';
import {
  DataError,
  deploy,
  fromPull,
  InvalidArgumentError,
  type Pipeline,
  parallel,
  pipeline,
  simulator,
  spikeRaster,
  startPipeline,
} from 'spikeline';
import { contentWords, networkFrom } from 'spikeline/chip';
import { codecs, decodeBytes, recycleBytes, recyclePacket } from 'spikeline/codecs';
import { runConformance } from 'spikeline/conformance';
import {
  aerPacket,
  binStart,
  channels,
  cropFilter,
  deltaEncoder,
  pixels,
  rasterToEvents,
} from 'spikeline/events';
import { seal } from 'spikeline/files';
import { writeNir } from 'spikeline/nir';
import { applyLinear, boundedBuffer, crop, runOn } from 'spikeline/operators';
import { StorageError } from 'spikeline/problems';
import { withStageWeights } from 'spikeline/stages';
import { describe, expect, it } from 'vitest';
import { net } from './sound.ts';

/** The same object, whose field says what it should so many times, and then something else. */
function turning<T extends object>(given: T, name: keyof T, times: number): T {
  let asked = 0;
  const get = (): unknown => (asked++ < times ? given[name] : Symbol('something else'));
  return Object.defineProperty({ ...given }, name, { get, enumerable: true });
}

/** Arguments that cannot be, of any type. */
const odd = (given: unknown): never => given as never;

const holes = new Array<number>(2 ** 32 - 1);
const raster = spikeRaster({ channels: 2, dt: 1e-3, counts: [1, 0] });
const packet = aerPacket([1, 2], [0, 3], pixels(2, 2));

describe('what says something else when it is read again', () => {
  it('is a packet or a chunk as it was first', async () => {
    for (const name of ['timestamps', 'addresses', 'space', 'until'] as const) {
      const cropped = cropFilter({ x: 0, y: 0, width: 2, height: 2 })(turning(packet, name, 1));
      expect(cropped.timestamps).toEqual(packet.timestamps);
    }
    for (const name of ['steps', 'channels', 'dt', 'startTime', 'counts'] as const) {
      expect(rasterToEvents(turning(raster, name, 1)).timestamps).toHaveLength(1);
      expect(startPipeline(net).process(turning(raster, name, 1)).steps).toBe(1);
      const ran$ = of(turning(raster, name, 1)).pipe(runOn(simulator(), net));
      expect((await lastValueFrom(ran$)).steps).toBe(1);
    }
  });

  it('is options as they were first, of operators and of what they are made of', () => {
    const config = { x: 0, y: 0, width: 2, height: 2 };
    for (const name of ['x', 'width'] as const) {
      expect(() => crop(turning(config, name, 1))).not.toThrow();
      expect(() => crop(turning(config, name, 0))).toThrow(InvalidArgumentError);
    }
    const chips = { chips: 1, monitored: ['out'] };
    expect(deploy(net, turning(chips, 'monitored', 1)).outputWords).toHaveLength(2);
  });

  it('is no pipeline and no stage', () => {
    for (const name of ['stages', 'inputs', 'output', 'dt'] as const) {
      const given: Pipeline = turning(net, name, 9);
      expect(() => startPipeline(given)).toThrow(InvalidArgumentError);
      expect(() => deploy(given)).toThrow(InvalidArgumentError);
    }
    const stage = turning(net.stages[0]!, 'channelsIn', 9);
    expect(() => withStageWeights(stage, new Float64Array(4))).toThrow(InvalidArgumentError);
  });
});

describe('what cannot be read', () => {
  const unreadable = new Proxy([], {
    get: () => {
      throw new Error('not to be read');
    },
  });

  it('is refused, whatever it stands for', () => {
    expect(() => parallel(odd(unreadable), { join: 'add' })).toThrow(InvalidArgumentError);
    expect(() => pipeline(odd(unreadable))).toThrow(InvalidArgumentError);
    expect(() => decodeBytes(odd(unreadable))).toThrow(InvalidArgumentError);
    expect(() => contentWords(odd(unreadable))).toThrow(InvalidArgumentError);
    expect(() => deltaEncoder({ threshold: 1 })(odd(unreadable))).toThrow(DataError);
    expect(() => recyclePacket(odd(unreadable))).not.toThrow();
    expect(() => recycleBytes(odd(unreadable))).not.toThrow();
    for (const { encoder } of codecs) {
      expect(() => encoder?.().push(odd(unreadable)) ?? refuse()).toThrow(DataError);
    }
  });

  it('is refused, as bytes that were given away', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    for (const { decoder } of codecs) {
      expect(() => decoder().push(bytes)).toThrow(InvalidArgumentError);
    }
    expect(() => decodeBytes(bytes)).toThrow(InvalidArgumentError);
    expect(() => seal({ what: 'a test', version: 1 }, bytes)).toThrow(InvalidArgumentError);
  });

  function refuse(): never {
    throw new DataError('it has no encoder');
  }
});

describe('what claims more than there is', () => {
  it('is refused before anything is made of it', async () => {
    expect(() => applyLinear({ weight: [holes] })).toThrow(InvalidArgumentError);
    expect(() => networkFrom(deploy(net).configuration, { inputs: odd([holes]) })).toThrow(
      InvalidArgumentError,
    );
    const graph = { type: 'NIRGraph', nodes: {}, edges: [], metadata: { dt: [holes] } };
    await expect(writeNir(odd(graph))).rejects.toThrow(InvalidArgumentError);
  });
});

describe('what is of another type', () => {
  it('is refused as a start, a folder, or what a consumer gives', async () => {
    expect(() => binStart(3, 1e-3, odd([1]))).toThrow(InvalidArgumentError);
    await expect(runConformance('x'.repeat(5000))).rejects.toThrow(StorageError);
    const consume = (): never => odd(1);
    await expect(lastValueFrom(fromPull([1], { consume }))).rejects.toThrow(DataError);
    const buffered$ = of(1).pipe(boundedBuffer({ capacity: 1, policy: 'error', consume }));
    await expect(lastValueFrom(buffered$)).rejects.toThrow(DataError);
    expect(rasterToEvents(raster).space).toEqual(channels(2));
  });
});
