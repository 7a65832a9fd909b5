import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nkeys } from '@nats-io/transport-node';
import { aerPacket, channels, lif, linear, pipeline, pipelineToJson, simulator } from 'spikeline';
import { codecNamed, decodeBytes } from 'spikeline/codecs';
import { serveTarget } from 'spikeline/targets';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { emptyFolder } from '#test/support/folders';
import { type NatsServer, natsServer, withNats } from '#test/support/nats-server';
import { runCli } from './run-cli.ts';

withNats('streams of commands over NATS', () => {
  const folder = emptyFolder();
  const at = (name: string): string => join(folder, name);
  const packet = aerPacket([1000, 2000, 9000], [0, 0, 0], channels(1), 20_000);
  const encoder = codecNamed('spk').encoder!();
  writeFileSync(at('in.spk'), Buffer.concat([Buffer.from(encoder.push(packet)), encoder.end()]));
  let nats: NatsServer;
  beforeAll(async () => {
    nats = await natsServer();
  });
  afterAll(() => nats.close());

  it('plays to what the server keeps, and records it from there', async () => {
    const address = `${nats.url}/kept?recording`;
    const played = await runCli(['play', at('in.spk'), address, '--speed=max', '--json']);
    expect([played.code, played.stderr]).toEqual([0, '']);
    expect(JSON.parse(played.stdout)).toMatchObject({ played: 3, sinks: [{ dropped: 0 }] });
    const recorded = await runCli(['record', address, at('out.spk')]);
    expect([recorded.code, recorded.stderr]).toEqual([0, '']);
    const { packets } = decodeBytes(readFileSync(at('out.spk')));
    expect(packets.flatMap(({ timestamps }) => [...timestamps])).toEqual([1000, 2000, 9000]);
  });

  it('says who it is by a file, of which nothing is kept', async () => {
    const [seed, config] = [at('user.nk'), at('nats.conf')];
    const user = nkeys.createUser();
    const text = new TextDecoder().decode(user.getSeed());
    writeFileSync(seed, text);
    writeFileSync(config, `authorization { users = [{ nkey: ${user.getPublicKey()} }] }`);
    writeFileSync(at('one.json'), pipelineToJson(pipeline(lif({ neurons: 1, tauMem: 0.01 }))));
    const guarded = await natsServer('--config', config);
    try {
      const address = `${guarded.url}/kept?recording`;
      const played = ['play', at('in.spk'), address, '--speed=max'];
      const shut = await runCli(played);
      expect([shut.code, shut.stderr]).toEqual([2, expect.stringContaining('does not let us in')]);
      expect((await runCli([...played, '--credentials', seed])).code).toBe(0);
      const words = ['--input', address, '--record', at('run.spk'), '--credentials', seed];
      const run = await runCli(['run', at('one.json'), ...words, '--json']);
      expect([run.code, JSON.parse(run.stdout).input.spikes]).toEqual([0, 3]);
      const recording = readFileSync(at('run.spk'));
      expect(decodeBytes(recording).packets.length).toBeGreaterThan(0);
      for (const secret of [text, seed]) expect(recording.includes(secret)).toBe(false);
    } finally {
      await guarded.close();
    }
  });

  it('runs a pipeline where it is served, to the same spikes as here', async () => {
    const net = pipeline(linear({ weight: [[9]] }), lif({ neurons: 1, tauMem: 0.01 }));
    writeFileSync(at('net.json'), pipelineToJson(net));
    const address = `${nats.url}/far`;
    const server = await serveTarget(address, { open: () => simulator() });
    try {
      const run = (target: string) =>
        runCli(['run', at('net.json'), '--input', at('in.spk'), '--target', target, '--output=-']);
      const [far, here] = [await run(address), await run('simulator')];
      expect([far.code, here.code]).toEqual([0, 0]);
      const spikes = (bytes: Uint8Array) =>
        decodeBytes(bytes).packets.flatMap(({ timestamps }) => [...timestamps]);
      expect(spikes(far.bytes!)).toEqual(spikes(here.bytes!));
      expect(spikes(far.bytes!).length).toBeGreaterThan(0);
    } finally {
      await server.close();
    }
  });
});
