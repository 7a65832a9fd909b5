import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aerPacket, channels, dynapSim, linear, pipeline, pipelineToJson } from 'spikeline';
import { codecNamed, decodeBytes } from 'spikeline/codecs';
import { afterEach, describe, expect, it } from 'vitest';
import type { UsbDevice } from '#src/devices/usb/web-usb';
import { emptyFolder } from '#test/support/folders';
import { davis346, davisWords, wordBytes } from '#test/usb-emulator/davis346';
import { dvs128 } from '#test/usb-emulator/dvs128';
import { fakeUsb, plugIn } from '#test/usb-emulator/fake-usb';
import { runCli } from './run-cli.ts';

const machine = globalThis as { navigator?: unknown };
const before = Object.getOwnPropertyDescriptor(machine, 'navigator');

/** Plugs devices in for one test, as a browser would show them. */
function plugged(...devices: UsbDevice[]): void {
  Object.defineProperty(machine, 'navigator', {
    value: { usb: fakeUsb(...devices) },
    configurable: true,
  });
}
afterEach(() => {
  delete machine.navigator;
  if (before !== undefined) Object.defineProperty(machine, 'navigator', before);
});

const ready = () => plugIn(davis346());
const forbidden = () => plugIn(dvs128(), { denied: true });
const other = () => {
  const { identity, ...rest } = dvs128();
  return plugIn({ ...rest, identity: { ...identity, vendorId: 0x1234, productId: 1 } });
};

describe('spikeline devices', () => {
  it('lists what is known, what is not, and why one cannot be used', async () => {
    plugged(ready(), forbidden(), other());
    const { code, stdout } = await runCli(['devices']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/davis346 +DAVIS346 camera +152a:841a +00000042 +ready/);
    expect(stdout).toMatch(/dvs128 +DVS128 camera +152a:8400 +00000128 +refused/);
    expect(stdout).toMatch(/– +not known +1234:0001/);
    expect(stdout).toContain('ATTR{idProduct}=="8400"');
    expect(stdout).toContain('/etc/udev/rules.d/65-spikeline.rules');
  });

  it('lists as JSON', async () => {
    plugged(ready(), plugIn(dvs128(), { claimed: true }));
    const { code, stdout } = await runCli(['devices', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([
      { name: 'davis346', id: '152a:841a', serial: '00000042' },
      { name: 'dvs128', serial: '00000128', obstacle: { code: 'busy' } },
    ]);
  });

  it('leaves what it looked at as it was', async () => {
    const device = ready();
    plugged(device);
    expect((await runCli(['devices'])).code).toBe(0);
    expect(device.opened).toBe(false);
    plugged();
    expect((await runCli(['devices'])).stdout).toBe('nothing is plugged in\n');
    expect((await runCli(['devices', 'all'])).code).toBe(2);
  });
});

describe('usb: as an address', () => {
  const folder = emptyFolder();

  it('records a camera, until it is unplugged', async () => {
    const events = Array.from(
      { length: 500 },
      (_, i) => [i * 100, i % 346, i % 260, i & 1] as const,
    );
    const camera = davis346(wordBytes(davisWords(events)), () => setImmediate(device.unplug));
    const device: ReturnType<typeof plugIn> = plugIn(camera);
    plugged(device);
    const file = join(folder, 'camera.spk');
    const { code, stderr } = await runCli(['record', 'usb:davis346', file]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('was unplugged')]);
    expect(device.opened).toBe(false);
    const { packets } = decodeBytes(readFileSync(file));
    expect(packets.reduce((sum, { addresses }) => sum + addresses.length, 0)).toBe(500);
  });

  it('says what is wrong with one', async () => {
    plugged(ready());
    const bad = await runCli(['record', 'usb:camera', join(folder, 'a.spk')]);
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringContaining('davis346')]);
    const query = await runCli(['record', 'usb:davis346?nr=1', join(folder, 'a.spk')]);
    expect([query.code, query.stderr]).toEqual([2, expect.stringContaining('serial')]);
    const none = await runCli(['record', 'usb:davis346?serial=1', join(folder, 'b.spk')]);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('00000042')]);
    const to = await runCli(['play', join(folder, 'camera.spk'), 'usb:davis346']);
    expect([to.code, to.stderr]).toEqual([2, expect.stringContaining('only gives events')]);
  });
});

describe('--board dynapse1', () => {
  it('says that there is none', async () => {
    plugged(ready());
    const folder = emptyFolder();
    const [net, input] = [join(folder, 'net.json'), join(folder, 'in.spk')];
    writeFileSync(
      net,
      pipelineToJson(pipeline(linear({ weight: [[15]] }), dynapSim({ neurons: 1 }))),
    );
    const encoder = codecNamed('spk').encoder!();
    const events = aerPacket([1000], [0], channels(1));
    writeFileSync(input, Buffer.concat([Buffer.from(encoder.push(events)), encoder.end()]));
    const chip = ['--target', 'chip', '--board', 'dynapse1?serial=7'];
    const { code, stderr } = await runCli(['run', net, '--input', input, ...chip]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/no DYNAP-SE1 board .* 7 /)]);
  });
});
