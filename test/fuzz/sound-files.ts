/** Arguments that are sound, for functions of files, formats and closed loops. */
import * as spikeline from 'spikeline';
import * as codecs from 'spikeline/codecs';
import * as events from 'spikeline/events';
import * as files from 'spikeline/files';
import * as operators from 'spikeline/operators';

const pixelPacket = events.aerPacket([10, 20], [0, 1], events.pixels(2, 2));
const dat = codecs.codecNamed('dat').encoder!().push(pixelPacket as never);
const recording = codecs.recordingEncoder({ about: { seed: 7 } }).end();
const bytesAt = async (offset: number, length: number): Promise<Uint8Array> =>
  recording.slice(offset, offset + length);
const form = { what: 'a test', version: 1 };

/** Of formats. */
export const ofFormats: Readonly<Record<string, readonly unknown[]>> = {
  anyDecoder: [{ format: 'dat', options: {} }],
  codecNamed: ['dat'],
  codecOf: [dat, true],
  decodeBytes: [[dat.subarray(0, 20), dat.subarray(20)], { format: 'dat', options: {} }],
  dynapseNeuron: [6178],
  dynapseSpikes: [events.aerPacket([1], [6178], events.channels(2 ** 18))],
  dynapseWord: [{ chip: 1, core: 2, neuron: 3 }],
  eventDigest: [],
  npyOfRaster: [spikeline.spikeRaster({ channels: 2, dt: 1e-3, counts: [1, 0] })],
  openRecording: [bytesAt, recording.length],
  recordingDecoder: [],
  recordingEncoder: [{ streams: [{ name: 'a', kind: 'events' }], about: { seed: 7 } }],
  recycleBytes: [dat],
  recyclePacket: [pixelPacket],
};

/** Of files; those that write do so beneath where the process stands. */
export const ofFiles: Readonly<Record<string, readonly unknown[]>> = {
  seal: [form, new Uint8Array(5)],
  unseal: [form, files.seal(form, new Uint8Array(5))],
  checkTarget: ['a', ['b']],
  openFile: ['result'],
  openFolder: ['results', { force: true }],
  openWriter: ['written', { as: 'append', from: 0 }],
  writeFiles: [
    new Map<string, unknown>([
      ['a.txt', 'a'],
      ['b.bin', new Uint8Array(3)],
    ]),
  ],
  readSession: ['/nowhere'],
};

const environment = {
  reset: () => Float64Array.of(1),
  step: () => ({ observation: Float64Array.of(1) }),
};

/** Of closed loops on a network of two channels. */
export function ofLoops(net: spikeline.Pipeline): Readonly<Record<string, readonly unknown[]>> {
  return {
    closeLoop: [
      {
        ...{ target: spikeline.simulator(), net, environment, steps: 5, seed: 3, limits: [-4, 4] },
        encode: operators.rateEncode({ range: [0, 1], neurons: 2, rate: 500 }),
        decode: operators.populationDecode({ values: [-5, 5], tau: 0.02 }),
      },
    ],
  };
}
