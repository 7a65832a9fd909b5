// What runs in the browser: a camera and a DYNAP-SE1 board, by what stands for navigator.usb; sends what came out.
import type { DeviceError } from 'spikeline';
import { dynapse1Board, listUsb, systemClock } from 'spikeline/devices';
import { fromCamera } from 'spikeline/sources';
import { configuration, word } from '#test/devices/usb/board-network';
import { type DavisEvent, davis346, davisWords, wordBytes } from '#test/usb-emulator/davis346';
import { dynapse1 } from '#test/usb-emulator/dynapse1';
import { fakeUsb, plugIn } from '#test/usb-emulator/fake-usb';
import type { Found } from './found.ts';

const events = Array.from(
  { length: 5000 },
  (_, i): DavisEvent => [i * 20, i % 346, i % 260, i & 1],
);
const camera = plugIn(davis346(wordBytes(davisWords(events))));
const device = dynapse1({ clock: systemClock });
const plugged = plugIn(device);
Object.defineProperty(Reflect.get(globalThis, 'navigator'), 'usb', {
  value: fakeUsb(camera, plugged),
});

/** Watches the camera until it is unplugged, which it is after its last event. */
function watch(): Promise<Pick<Found, 'pixels' | 'until' | 'told'>> {
  let pixels = 0;
  let until = 0;
  return new Promise((resolve) => {
    fromCamera('davis346').subscribe({
      next(packet) {
        pixels += packet.addresses.length;
        until = packet.until;
        if (pixels === events.length) setTimeout(camera.unplug);
      },
      error: (cause: DeviceError) => resolve({ pixels, until, told: cause.code }),
    });
  });
}

async function find(): Promise<Found> {
  const names = (await listUsb()).map(({ name }) => name);
  const seen = await watch();
  const link = await dynapse1Board({ chips: 1, reset: false, restTime: 0.01 }).open();
  await link.configure(configuration);
  let spikes = 0;
  link.listen({
    events({ words }) {
      spikes += words.length;
    },
  });
  const start = (await link.time()) + 20_000;
  const timestamps = Uint32Array.from({ length: 200 }, (_, i) => start + 500 * i);
  link.send({ timestamps, words: new Uint32Array(200).fill(word) });
  await link.time(start + 100_000);
  await link.close();
  const open = [camera, plugged].filter(({ opened }) => opened).length;
  const left = open + camera.waiting + plugged.waiting;
  return { names, ...seen, written: device.written.length, spikes, left };
}

const send = (body: unknown): Promise<unknown> =>
  fetch('/found', { method: 'POST', body: JSON.stringify(body) });
find().then(send, (error: unknown) => send({ error: String(error) }));
