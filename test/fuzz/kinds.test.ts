import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { count, from, lastValueFrom, of } from 'rxjs';
import {
  chip,
  closeLoop,
  DataError,
  DeviceError,
  type DynapSimStage,
  deploy,
  diagnose,
  fromHardware,
  fromPull,
  InvalidArgumentError,
  kernel,
  type LifStage,
  lif,
  linear,
  type Pipeline,
  parallel,
  pipeline,
  simulator,
  spikeRaster,
  startPipeline,
  summary,
  usingLink,
  virtualBoard,
} from 'spikeline';
import { contentWords, coreErrors, coreGains, networkFrom, toSamnaJson } from 'spikeline/chip';
import { codecs, decodeBytes, recycleBytes, recyclePacket } from 'spikeline/codecs';
import { runConformance } from 'spikeline/conformance';
import { listUsb } from 'spikeline/devices';
import {
  aerPacket,
  binStart,
  channels,
  cropFilter,
  deltaEncoder,
  inTurn,
  itemKind,
  lossCounter,
  pixels,
  rasterToEvents,
  splitByAddressFilter,
} from 'spikeline/events';
import { seal } from 'spikeline/files';
import {
  fromKeys,
  isRecordingPath,
  openSession,
  placeProblem,
  protocol,
  readSession,
  replay,
  startProtocol,
} from 'spikeline/loop';
import { dynapSimParameters, engineSuite, referenceEngine } from 'spikeline/neurons';
import { nirOfPipeline, writeNir } from 'spikeline/nir';
import {
  applyLinear,
  boundedBuffer,
  crop,
  mergeByTime,
  runOn,
  timeSlice,
  toRaster,
} from 'spikeline/operators';
import { listOf, StorageError, text, unknownName, within } from 'spikeline/problems';
import { fromSeries, fromWebSocket, natsItems } from 'spikeline/sources';
import { matrix, matrixRows, withStageWeights } from 'spikeline/stages';
import { recorded } from 'spikeline/targets';
import { dynapSimOperation } from 'spikeline/tfjs';
import { TrainingError } from 'spikeline/train';
import { describe, expect, it } from 'vitest';
import { lifNet, net } from './sound.ts';

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

  it('is a matrix, rasters, or an item as it was first', () => {
    expect(matrixRows(turning(matrix([[1, 2]]), 'rows', 1))).toEqual([[1, 2]]);
    expect(inTurn([turning(raster, 'dt', 1)])).toHaveLength(1);
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(itemKind(proxy)).toBeUndefined();
  });

  it('is a bound as it was first', () => {
    const check = listOf(text, turning({ min: 1 }, 'min', 1));
    expect(check([])).toHaveLength(1);
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
    const { threshold: _, ...rest } = lifNet.stages[1] as LifStage;
    const bare = { ...lifNet, stages: [lifNet.stages[0]!, rest as never] };
    expect(() => nirOfPipeline(bare)).toThrow(InvalidArgumentError);
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

  it('is refused in a stream, however little of it can be looked at', async () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const boom = (): never => {
      throw new Error('not to be looked at');
    };
    const shut = new Proxy({}, { get: boom, has: boom, ownKeys: boom, getPrototypeOf: boom });
    const streams = [
      applyLinear({ weight: [[1]] }),
      crop({ x: 0, y: 0, width: 2, height: 2 }),
      mergeByTime([]),
      runOn(simulator(), net),
      timeSlice({ window: 1 }),
      toRaster({ channels: 1, dt: 1e-3, chunkSteps: 1 }),
    ];
    for (const item of [proxy, shut, unreadable]) {
      for (const operator of streams) {
        const of$ = from([odd(item)]).pipe(operator as never);
        await expect(lastValueFrom(of$)).rejects.toThrow(DataError);
      }
    }
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
    expect(within('a', odd(holes))).toHaveLength(1);
    expect(unknownName('a', holes as never).code).toBe('unknown');
    const graph = { type: 'NIRGraph', nodes: {}, edges: [], metadata: { dt: [holes] } };
    await expect(writeNir(odd(graph))).rejects.toThrow(InvalidArgumentError);
  });
});

describe('what is of another type', () => {
  it('is refused as a way to be heard, as kinds, as a length', async () => {
    const input = { on: class {}, removeListener: () => {} };
    expect(() => fromKeys(odd(input))).toThrow(InvalidArgumentError);
    await expect(runConformance('.', odd({ length: 1 }))).rejects.toThrow(InvalidArgumentError);
    const run = startProtocol(protocol([{ name: 'a', duration: 1 }]), { channels: 2 });
    expect(() => run.rasters({ chunkSteps: 2 ** 32 })).toThrow(InvalidArgumentError);
  });

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

describe('what says something else, or nothing, of links, engines and boards', () => {
  const boom = (): never => {
    throw new Error('not to be read');
  };

  it('is refused as a configuration, or the words of what it said first', async () => {
    const [first] = deploy(net).configuration.chips;
    const coresThat = (times: number) =>
      first!.cores.map((core) => turning(core, 'neurons', times));
    const given = (times: number) => ({ chips: [{ ...first!, cores: coresThat(times) }] });
    const link = await virtualBoard().open();
    const events = { timestamps: Uint32Array.of(1), words: Uint32Array.of(1) };
    link.send(turning(events, 'words', 1));
    expect(() => link.send(turning(events, 'words', 0))).toThrow(InvalidArgumentError);
    await expect(link.configure(given(0))).rejects.toThrow(InvalidArgumentError);
    await link.configure(turning(given(1), 'chips', 1));
    await link.close();
    expect(() => toSamnaJson(given(0))).toThrow(InvalidArgumentError);
    expect(toSamnaJson(turning(given(1), 'chips', 1))).toBe(toSamnaJson({ chips: [first!] }));
    const stages = Object.defineProperty(['a'], '0', { get: boom });
    expect(new TrainingError('weights', stages, odd({})).stages).toEqual([]);
  });

  it('is refused as a link, an engine, a family, an end of a connection', async () => {
    const link = await virtualBoard().open();
    expect(() => fromHardware(turning(link, 'info', 0))).toThrow(InvalidArgumentError);
    const used$ = usingLink(
      async () => link,
      () => odd(1),
    );
    await expect(lastValueFrom(used$)).rejects.toThrow(DataError);
    const engine = Object.defineProperty({ ...referenceEngine }, 'learner', { get: boom });
    expect(() => engineSuite(engine)).toThrow(InvalidArgumentError);
    const deployment = deploy(net);
    const family = { ...deployment.family, read: () => odd(1) };
    expect(() => coreErrors({ ...deployment, family })).toThrow(InvalidArgumentError);
    const listen = turning({ listen: 0 }, 'listen', 0);
    expect(() => fromWebSocket(listen)).toThrow(InvalidArgumentError);
    const stage = Object.defineProperty({ neurons: 2, trials: 1 }, 'steps', {
      get: boom,
      enumerable: true,
    });
    expect(() => dynapSimOperation(odd(stage))).toThrow(InvalidArgumentError);
  });

  it('is read by its places as values of neurons, not as it counts them', () => {
    const values = Object.defineProperty(Float64Array.of(1e-12, 2e-12), Symbol.iterator, {
      get: boom,
    });
    expect(dynapSimParameters({ Idc: values }, 2).Idc[1]).toBe(2e-12);
  });

  it('is refused as a path, a protocol, or a session', () => {
    expect(() => isRecordingPath(odd(undefined))).toThrow(InvalidArgumentError);
    expect(() => placeProblem(odd(1), odd('x'))).toThrow(InvalidArgumentError);
    expect(placeProblem('x\u0000', false)).toMatch(/cannot be looked at/);
    const phase = { name: 'a', duration: 1 };
    expect(protocol([turning(phase, 'duration', 1)]).duration).toBe(1);
    expect(
      protocol([{ items: [turning({ ...phase, action: () => {} }, 'duration', 1)] }]).duration,
    ).toBe(1);
    const block: { items: unknown[] } = { items: [] };
    block.items.push(block, block, block);
    expect(() => protocol(odd([block]))).toThrow(InvalidArgumentError);
    expect(() => startProtocol(odd({ items: [1], phases: 1 }), { channels: 1 })).toThrow(
      InvalidArgumentError,
    );
    expect(() => recorded(odd(channels(2)))).toThrow(InvalidArgumentError);
    expect(() => startProtocol(odd(channels(2)), { channels: 2 })).toThrow(InvalidArgumentError);
    const session = { runs: [], recording: { items: () => [], streams: new Map() } };
    expect(() => recorded(odd(session))).toThrow(InvalidArgumentError);
    expect(() => replay(odd(session), simulator())).toThrow(InvalidArgumentError);
  });

  it('is asked for once of what has methods, and steps have an end', async () => {
    await expect(listUsb(odd(null))).rejects.toThrow(InvalidArgumentError);
    expect(() => fromSeries(odd(class {}), { channels: 1 } as never)).toThrow(InvalidArgumentError);
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(() => recorded(odd(proxy))).toThrow(InvalidArgumentError);
    expect(() => coreGains(odd(proxy))).toThrow(InvalidArgumentError);
    const net = pipeline(linear({ weight: [[1]] }), lif({ neurons: 1, tauMem: 0.01 }));
    const environment = { reset: () => 0, step: () => ({ observation: 0 }) };
    const given = { target: simulator(), net, environment, encode: () => [1] };
    expect(() => closeLoop<number, number>({ ...given, decode: () => 0, dt: 4_294_967 })).toThrow(
      /16777216 bins of channels/,
    );
  });

  it('is read once of targets, links, engines and deployments', async () => {
    const target = simulator();
    for (const name of ['name', 'unsupported', 'start'] as const) {
      const of$ = of(raster).pipe(runOn(turning(target, name, 1), net));
      expect((await lastValueFrom(of$)).steps).toBe(1);
      expect(summary(net, [turning(target, name, 1)])).toMatch(/simulator +runs it/);
    }
    const startsNothing = { ...target, start: () => odd(1) };
    await expect(lastValueFrom(of(raster).pipe(runOn(startsNothing, net)))).rejects.toThrow(
      /simulator gave no run/,
    );
    const engine = { ...referenceEngine };
    expect(startPipeline(net, turning(engine, 'layer', 1)).process(raster).steps).toBe(1);
    const own = simulator({ engine: turning(engine, 'supports', 1) });
    expect((await lastValueFrom(of(raster).pipe(runOn(own, net)))).steps).toBe(1);
    expect(() => startPipeline(net, turning(engine, 'layer', 0))).toThrow(InvalidArgumentError);
    const deployment = deploy(net);
    expect(diagnose(turning(deployment, 'remarks', 1)).remarks).toEqual(
      diagnose(deployment).remarks,
    );
    expect(coreErrors(turning(deployment, 'hardware', 1))).toEqual(coreErrors(deployment));
    const config = turning({ capacity: 5 }, 'capacity', 1);
    expect(() => natsItems('nats://127.0.0.1:1/a', config)).not.toThrow();
  });

  it('is asked anew for its counts of a link, which must be some', async () => {
    const link = await virtualBoard().open();
    for (const statistics of [{ sent: Number.NaN }, { late: Symbol('junk') }, { dropped: -1 }]) {
      const odd = { ...link, statistics } as never;
      expect(() => chip(odd)).toThrow(/statistics of the link/);
    }
    const given = turning(link, 'statistics', 2);
    await expect(lastValueFrom(of(raster).pipe(runOn(chip(given), net)))).rejects.toThrow(
      /statistics of the link/,
    );
    await link.close();
  });

  it('is read once of what a loop acts on, and of what keeps and leads it', async () => {
    const environment = { reset: () => [1, 0], step: () => ({ observation: [0, 1] }) };
    const session = { begin: () => {}, step: () => {}, end: () => {} };
    const stimulus = { before: () => true };
    const given = { target: simulator(), net, environment, session, stimulus, steps: 2 };
    const steps = (own: object) =>
      lastValueFrom(
        closeLoop<number[], number>(
          odd({ ...given, encode: () => [1, 1], decode: () => 0, ...own }),
        ).pipe(count()),
      );
    // Whether it has methods is asked before: what has none is read as plain data.
    expect(await steps({ environment: turning(environment, 'reset', 2) })).toBe(2);
    expect(await steps({ session: turning(session, 'step', 1) })).toBe(2);
    expect(await steps({ stimulus: turning(stimulus, 'before', 1) })).toBe(2);
    expect(() => steps({ environment: turning(environment, 'step', 1) })).toThrow(
      InvalidArgumentError,
    );
  });

  it('is read once of a counter of losses, whose counts are asked for anew', async () => {
    const own = lossCounter();
    const { add, watch, byReason } = own;
    const losses = turning({ total: 0, byReason, add, watch }, 'add', 1);
    const odd$ = of(raster).pipe(runOn(simulator({ losses }), net));
    expect((await lastValueFrom(odd$)).steps).toBe(1);
    const folder = mkdtempSync(join(tmpdir(), 'spikeline-'));
    const session = openSession(join(folder, 'a'));
    const given = { total: 0, byReason, add, watch };
    expect(() => session.losses('a', odd(turning(given, 'byReason', 0)))).toThrow(DataError);
    expect(() => session.losses('a', odd({ ...given, watch: () => 1 }))).toThrow(DataError);
    session.losses('a', given);
    own.add('late', 2);
    session.end();
    const read = await readSession(join(folder, 'a'));
    expect(await read.losses()).toEqual({ 'a: late': 2 });
    await read.close();
    rmSync(folder, { recursive: true });
  });
});

describe('what has holes', () => {
  it('is looked at until the first of them, however long it says that it is', async () => {
    expect(() => mergeByTime(odd(holes))).toThrow(InvalidArgumentError);
    const environment = { reset: () => 0, step: () => ({ observation: 0 }) };
    const given = { target: simulator(), net, environment, encode: () => [1, 1], limits: [-1, 1] };
    const decode = (): never => odd(holes);
    await expect(
      lastValueFrom(closeLoop<number, number>(odd({ ...given, decode, steps: 3 }))),
    ).rejects.toThrow(DataError);
    const population = net.stages[1]! as DynapSimStage;
    const parameters = { ...population.parameters, Igain_mem: odd(holes) };
    const stages = [net.stages[0]!, { ...population, parameters }];
    const before = process.memoryUsage().heapUsed;
    expect(() => deploy({ ...net, stages })).toThrow(InvalidArgumentError);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100e6);
  });

  it('is looked at no further where it is a list of numbers, of any form', () => {
    for (const length of [3, 2 ** 26, 2 ** 32 - 1]) {
      const before = process.memoryUsage();
      const addresses = odd({ length });
      expect(() => splitByAddressFilter({ parts: { a: addresses } })).toThrow(InvalidArgumentError);
      expect(() => aerPacket(addresses, addresses, channels(2))).toThrow(InvalidArgumentError);
      expect(process.memoryUsage().arrayBuffers - before.arrayBuffers).toBeLessThan(10e6);
    }
  });

  it('is no number that neurons share, nor a list of devices', async () => {
    const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`) as never;
    const parameters = { ...dynapSimParameters({}, 2), Iscale: deep };
    for (const engine of [kernel(), referenceEngine]) {
      expect(() => engine.layer(parameters, { dt: 1e-3 })).toThrow(InvalidArgumentError);
    }
    const access = { getDevices: async () => odd(1) };
    await expect(listUsb({ access })).rejects.toThrow(DeviceError);
  });
});
