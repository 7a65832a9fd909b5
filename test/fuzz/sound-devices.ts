/** Arguments that are sound, for functions of devices, of what is heard of others, and of series. */
import * as spikeline from 'spikeline';
import * as chip from 'spikeline/chip';
import * as events from 'spikeline/events';

/** A machine to which nothing is plugged in. */
const access = {
  getDevices: async () => [],
  requestDevice: async () => Promise.reject(new Error()),
};

const net = spikeline.pipeline(
  spikeline.linear({ weight: [[1, 2]] }),
  spikeline.dynapSim({ neurons: 2 }),
);
const deployed = spikeline.deploy(net, {
  chips: 1,
  family: chip.familyNamed('dynapse1')! as never,
});
const [dynapse1] = (deployed.configuration as { readonly chips: readonly unknown[] }).chips;

/** Of devices. */
export const ofDevices: Readonly<Record<string, readonly unknown[]>> = {
  contentWords: [dynapse1],
  fromCamera: ['davis346', { access, serial: '1', transfers: 2, otherSensors: true }],
  dynapse1Board: [{ access, chips: 1, reset: true, settleTime: 0, restTime: 0, packetDelay: 1 }],
  listUsb: [{ access }],
  samnaBridge: [{ python: 'no-such-python', settleTime: 1 }],
  fromLsl: ['a', { library: '/nowhere', wait: 0, every: 4, lateness: 1 }],
  toLsl: ['a', { library: '/nowhere', type: 'b', rate: 0, labels: ['a'], linger: 0 }],
  series: [[1, 2], [3, 4], 1, 5],
  marks: [[1, 2], ['a', 'b'], 5],
  itemKind: [events.series([1], [2])],
  pixelBits: [events.pixels(4, 4)],
};
