/** Event Stream, `.es` of version 2: generic, DVS, ATIS and colour events. */
import type { Codec } from '../codec.ts';
import { checkOptions } from '../sound.ts';
import { eventStreamDecoder } from './decoder.ts';
import { type EventStreamEncoderOptions, eventStreamEncoder } from './encoder.ts';
import { signature } from './layout.ts';

/**
 * Event Stream 2. Times begin at 0 and y counts from the bottom: both as the file has them. Colours and the payloads of
 * generic events are passed over. `skipped` counts `exposures` (of ATIS), `outside` and `cutOffBytes`.
 *
 * @example
 * ```ts
 * const bytes = es.encoder!().push(aerPacket([10, 500], [0, 1], pixels(2, 2)));
 * es.decoder().push(bytes)[0]!.timestamps[1]; // 500
 * ```
 */
export const es: Codec<object, EventStreamEncoderOptions> = {
  name: 'es',
  title: 'Event Stream',
  extensions: ['es'],
  detect: (head) =>
    head.length >= signature.length && signature.every((byte, i) => byte === head[i]),
  decoder(options = {}) {
    options = checkOptions('Event Stream', options, {});
    return eventStreamDecoder();
  },
  encoder: eventStreamEncoder,
};
