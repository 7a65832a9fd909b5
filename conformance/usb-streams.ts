/** Streams of USB devices, decoded as their makers' driver decodes them. */

import { neuronOfWord } from '../src/chips/dynapse1/board.ts';
import type { CameraReader } from '../src/devices/usb/cameras/camera-reader.ts';
import { davisReader } from '../src/devices/usb/cameras/davis-reader.ts';
import { dvs128Reader, dvs128Space } from '../src/devices/usb/cameras/dvs128-reader.ts';
import { spikeReader } from '../src/devices/usb/dynapse1/spikes.ts';
import { cameraDevices } from '../src/devices/usb/known.ts';
import { type PixelSpace, pixels, unpackPixel } from '../src/events/space.ts';
import type { CaseOutcome } from './kind.ts';

/** A recorded stream. */
export interface UsbStream {
  readonly device: string;
  readonly transfers: readonly {
    readonly what: string;
    readonly hex: string;
    readonly of?: number;
    readonly times?: number;
  }[];
  readonly events: readonly UsbEvent[];
}

/** An event of it; \`us\` is microseconds since the last reset. */
interface UsbEvent {
  readonly k: 'spike' | 'pol' | 'special' | 'imu6';
  readonly us: number | null;
  readonly type?: number;
  readonly chip?: number;
  readonly core?: number;
  readonly neuron?: number;
  readonly x?: number;
  readonly y?: number;
  readonly on?: number;
}

/** What both kinds of readers have. */
type Reader =
  | Pick<CameraReader, 'read' | 'epoch' | 'now' | 'counts'>
  | ReturnType<typeof spikeReader>;

function readerOf(device: string): { reader: Reader; event(word: number): object } {
  if (device === 'dynapse1') {
    return {
      reader: spikeReader(),
      event: (word) => ({ ...neuronOfWord(word) }),
    };
  }
  const dvs = device === cameraDevices.dvs128.name;
  const space: PixelSpace = dvs ? dvs128Space : pixels(346, 260);
  const event = (word: number): object => {
    const { x, y, polarity } = unpackPixel(space, word);
    return { x, y, on: polarity };
  };
  const swapped = device.endsWith('swapped');
  return { reader: dvs ? dvs128Reader() : davisReader({ space, swapped }), event };
}

/** Events of a recording that we pass on; those of fields that are not defined are refused. */
function wanted({ events }: UsbStream): object[] {
  return events.flatMap(({ k, us, chip, core, neuron, x, y, on }): object[] => {
    if (k === 'pol') return [{ us, x, y, on }];
    return k === 'spike' && chip! < 4 ? [{ us, chip, core, neuron }] : [];
  });
}

/** Decodes a stream, and compares. Transfers are read whole, as they come. */
export function compareStream(name: string, stream: UsbStream): CaseOutcome[] {
  const { reader, event } = readerOf(stream.device);
  const found: object[] = [];
  for (const { hex, of = 1, times = 1 } of stream.transfers) {
    const one = Uint8Array.from(Buffer.from(hex.repeat(of), 'hex'));
    for (let i = 0; i < times; i++) {
      // A reset stands at the beginning of a transfer of these recordings.
      const { times: micros, words } = reader.read(one);
      for (const [at, word] of words.entries()) {
        found.push({ us: micros[at]! - reader.epoch, ...event(word) });
      }
    }
  }
  const theirs = wanted(stream);
  const many = Math.max(found.length, theirs.length);
  const at = Array.from({ length: many }, (_, i) => i).findIndex(
    (i) => JSON.stringify(found[i]) !== JSON.stringify(theirs[i]),
  );
  const outcomes: CaseOutcome[] = [
    at < 0
      ? { name: `${name}: events`, error: 0 }
      : {
          name: `${name}: events`,
          error: 1,
          note: `event ${at} is ${JSON.stringify(found[at])}, not ${JSON.stringify(theirs[at])}`,
        },
  ];
  const marks = stream.events.filter(({ k, type }) => k === 'special' && type !== 0);
  const resets = marks.filter(({ type }) => type === 1).length;
  outcomes.push(same(`${name}: resets`, reader.counts.resets, resets));
  if ('triggers' in reader.counts) {
    outcomes.push(same(`${name}: triggers`, reader.counts.triggers, marks.length - resets));
    const motion = stream.events.filter(({ k }) => k === 'imu6').length;
    outcomes.push(same(`${name}: motion`, reader.counts.motion, motion));
  }
  return outcomes;
}

/** Compares two counts. */
function same(name: string, ours: number, theirs: number): CaseOutcome {
  const note = ours === theirs ? {} : { note: `${ours}, not ${theirs}` };
  return { name, error: Math.abs(ours - theirs), ...note };
}
