/** Arguments that are sound, for functions of files and formats. */
import { of } from 'rxjs';
import * as spikeline from 'spikeline';
import * as codecs from 'spikeline/codecs';
import * as events from 'spikeline/events';
import * as files from 'spikeline/files';

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
  xdfDecoder: [{ clock: 'recorded' }],
  xdfEncoder: [new Map([['a', 'host']])],
  recycleBytes: [dat],
  recyclePacket: [pixelPacket],
};

const sessionConfig = { seed: 1, config: { a: [1] }, overwrite: true, flushEvery: 1 };

/** Of files; those that write do so beneath where the process stands. */
export const ofFiles: Readonly<Record<string, readonly unknown[]>> = {
  seal: [form, new Uint8Array(5)],
  unseal: [form, files.seal(form, new Uint8Array(5))],
  openSession: ['session', sessionConfig],
  recordSession: ['loops', sessionConfig],
  inSession: ['within', sessionConfig, () => of(1)],
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
