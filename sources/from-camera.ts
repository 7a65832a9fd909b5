/** The source `fromCamera`: the pixels of an event camera on USB. */
import { Observable } from 'rxjs';
import {
  type CameraConfig,
  cameraProblems,
  openCamera,
  readCamera,
} from '../src/devices/usb/cameras/camera.ts';
import type { CameraName } from '../src/devices/usb/known.ts';
import { InvalidArgumentError } from '../src/errors.ts';
import type { AerPacket } from '../src/events/aer-packet.ts';
import { lossCounter } from '../src/events/losses.ts';
import type { PixelSpace } from '../src/events/space.ts';
import type { CountingSource } from './counting-source.ts';

/**
 * Emits the events of an event camera on USB: `dvs128`, `davis240` or `davis346`. Each transfer makes a packet, at most
 * 1 ms after its first event; times are microseconds of the camera's clock since its start, and never go back. The
 * camera is opened for each subscriber and closed with it. Errors with a `DeviceError` if it cannot be opened, or is
 * unplugged, after everything that it had sent.
 *
 * Everything that is no event of a pixel is counted in `losses`: `frame`, `motionSample`, `trigger`, `outsideSensor`,
 * `unknownWord`, `oddByte`, `clockReset`, `stall`, and `overflow` for events that a DAVIS had no room for.
 *
 * In Node it needs the package `usb`; in a browser, WebUSB, and a camera that `navigator.usb.requestDevice` has allowed.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const bright$ = fromCamera('davis346', { biases: { refr: { coarse: 4, fine: 50 } } }).pipe(
 *   polarity("on"),
 * );
 * ```
 */
export function fromCamera(
  camera: CameraName,
  config: CameraConfig = {},
): CountingSource<AerPacket<PixelSpace>> {
  const read = readCamera(config);
  const problems = cameraProblems(camera, read);
  if (problems.length > 0) throw new InvalidArgumentError('no camera can be opened', problems);
  const { losses = lossCounter(), onClosed } = read;
  const source = new Observable<AerPacket<PixelSpace>>((subscriber) => {
    let ended = false;
    const opening = openCamera(
      camera,
      { ...read, losses },
      {
        packet: (packet) => subscriber.next(packet),
        lost: (cause) => subscriber.error(cause),
      },
    );
    opening.then(
      (close) => {
        if (ended) void close();
      },
      (cause: unknown) => subscriber.error(cause),
    );
    return () => {
      ended = true;
      void opening
        .then((close) => close())
        .catch(() => {})
        .then(onClosed);
    };
  });
  return Object.assign(source, { losses });
}
