/** An event camera, from opening to closing. */
import { type Clock, monotonic } from '../../../clock.ts';
import type { DeviceError } from '../../../errors.ts';
import type { AerPacket } from '../../../events/aer-packet.ts';
import type { Losses } from '../../../events/losses.ts';
import { lossesCheck } from '../../../events/losses.ts';
import type { PixelSpace } from '../../../events/space.ts';
import {
  callback,
  flag,
  having,
  number,
  type OptionTable,
  oneOf,
  optionProblems,
  text,
} from '../../../options.ts';
import { type Problem, within } from '../../../problems.ts';
import { readOnce } from '../../../reading.ts';
import { accessCheck, usbAccess } from '../access.ts';
import { type CameraName, cameraDevices } from '../known.ts';
import { openPort, type UsbPort } from '../port.ts';
import type { UsbAccess } from '../web-usb.ts';
import type { CameraCalls } from './camera-calls.ts';
import type { CameraCounts, CameraReader } from './camera-reader.ts';
import { davisCalls } from './davis.ts';
import { type DavisBiases, davisBiasProblems } from './davis-biases.ts';
import { davisReader } from './davis-reader.ts';
import { type Dvs128Biases, dvs128BiasProblems, dvs128Calls } from './dvs128.ts';
import { dvs128Reader, dvs128Space } from './dvs128-reader.ts';

/** How a camera is opened. */
export interface CameraConfig {
  /** Its serial number; the first of its kind that can be opened if left out. */
  readonly serial?: string;
  /** Its biases by name; those that are left out are as its makers' driver has them. */
  readonly biases?: DavisBiases | Dvs128Biases;
  /** Whether a DAVIS also runs its frames, its sensor of motion and its triggers, which are skipped and counted; no if left out. */
  readonly otherSensors?: boolean;
  /** Counts what is no pixel, and what was lost, by reason; the source's own if left out. */
  readonly losses?: Losses;
  /** Transfers that are under way at a time; 8 if left out. */
  readonly transfers?: number;
  /** Where devices are found; `navigator.usb` or the package `usb` if left out. */
  readonly access?: UsbAccess;
  /** Clock of the waits of its start; the machine's if left out. */
  readonly clock?: Clock;
  /** Is called when the camera of a subscriber has stopped and was closed, or could not be opened. */
  readonly onClosed?: () => void;
}

const table: OptionTable<CameraConfig> = {
  serial: text,
  biases: () => [],
  otherSensors: flag,
  losses: lossesCheck,
  transfers: number({ min: 1, max: 64, whole: true }),
  access: accessCheck,
  clock: having('a clock', 'now', 'schedule'),
  onClosed: callback,
};

/** Reads a configuration once. */
export function readCamera(config: CameraConfig): CameraConfig {
  return readOnce(config, table);
}

/** Names under which what is no pixel is counted. */
const reasons: Readonly<Record<keyof CameraCounts, string>> = {
  frames: 'frame',
  motion: 'motionSample',
  triggers: 'trigger',
  outside: 'outsideSensor',
  unknown: 'unknownWord',
  oddBytes: 'oddByte',
  resets: 'clockReset',
};

/** Lists why a camera cannot be opened, of whatever it is asked for; empty if it can be tried. */
export function cameraProblems(name: unknown, config: unknown): Problem[] {
  const problems = [
    ...within('camera', oneOf(Object.keys(cameraDevices))(name)),
    ...optionProblems<CameraConfig>(config, table),
  ];
  if (problems.length > 0) return problems;
  const { biases = {} } = config as CameraConfig;
  const camera = name as CameraName;
  const wrong =
    camera === 'dvs128' ? dvs128BiasProblems(biases) : davisBiasProblems(camera, biases);
  return within('biases', wrong);
}

/** What a camera tells. */
export interface CameraListener {
  packet(packet: AerPacket<PixelSpace>): void;
  /** It is lost; everything before has been given. */
  lost(cause: DeviceError): void;
}

/** What a kind of camera is. */
async function parts(
  port: UsbPort,
  clock: Clock,
  otherSensors: boolean,
): Promise<{ calls: CameraCalls; reader: CameraReader; space: PixelSpace }> {
  if (port.kind === cameraDevices.dvs128) {
    return { calls: dvs128Calls(port), reader: dvs128Reader(), space: dvs128Space };
  }
  const calls = await davisCalls(port, clock, { others: otherSensors });
  return { calls, reader: davisReader(calls), space: calls.space };
}

/** Counts what a transfer had that is no pixel. */
function countLosses(reader: CameraReader, losses: Losses | undefined): () => void {
  const before = { ...reader.counts };
  return () => {
    for (const name of Object.keys(reasons) as (keyof CameraCounts)[]) {
      const more = reader.counts[name] - before[name];
      if (more === 0) continue;
      before[name] = reader.counts[name];
      // A clock that is set to zero before it has run loses nothing.
      if (name !== 'resets' || reader.epoch > 0) losses?.add(reasons[name], more);
    }
  };
}

/** Time between two looks at what a camera dropped, milliseconds. */
const lookInterval = 1000;

/** Counts what a camera had no room for. */
function droppedCounter(calls: CameraCalls, losses: Losses | undefined): () => Promise<void> {
  let before: number | undefined;
  return async () => {
    const dropped = await calls.dropped?.();
    if (dropped === undefined) return;
    // What it dropped for others, before it was opened, is not ours.
    if (before !== undefined && dropped > before) losses?.add('overflow', dropped - before);
    before = dropped;
  };
}

/**
 * Opens a camera, starts it, and gives its packets until the returned function is called, which resolves once nothing is
 * open any more.
 *
 * @throws DeviceError if it is not there, is used by another program, is forbidden, or is not as it should be
 * @throws MissingLibraryError if the package `usb` is needed and not installed
 */
export async function openCamera(
  name: CameraName,
  config: CameraConfig,
  listener: CameraListener,
): Promise<() => Promise<void>> {
  const clock = monotonic(config.clock);
  const { serial, losses, transfers = 8, otherSensors = false, biases = {} } = config;
  const access = await usbAccess(config.access);
  const port = await openPort({ kind: cameraDevices[name], serial, access, clock, transfers });
  let closed = false;
  let watch = { unsubscribe() {} };
  try {
    const { calls, reader, space } = await parts(port, clock, otherSensors);
    const count = countLosses(reader, losses);
    const countDropped = droppedCounter(calls, losses);
    const look = (): void => {
      watch = clock.schedule(() => {
        // What fails to answer fails to stream too, which tells more.
        countDropped().catch(() => {});
        look();
      }, lookInterval);
    };
    const close = async (): Promise<void> => {
      watch.unsubscribe();
      if (!closed) {
        closed = true;
        await countDropped().catch(() => {});
        // A camera that is gone cannot be stopped.
        await calls.stop().catch(() => {});
      }
      await port.close();
    };
    await calls.configure(biases);
    await countDropped();
    await calls.start(() =>
      port.listen({
        data(bytes) {
          if (closed) return;
          const { times, words } = reader.read(bytes);
          count();
          listener.packet({ timestamps: times, addresses: words, space, until: reader.now });
        },
        stalled: () => losses?.add('stall', 1),
        lost(cause) {
          if (closed) return;
          closed = true;
          watch.unsubscribe();
          void port.close().then(() => listener.lost(cause));
        },
      }),
    );
    if (calls.dropped !== undefined && !closed) look();
    return close;
  } catch (cause) {
    closed = true;
    await port.close();
    throw cause;
  }
}
