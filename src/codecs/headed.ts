/** Decoders of formats that begin with lines of text. */
import type { AerPacket } from '../events/aer-packet.ts';
import type { Decoder, StreamHeader } from './codec.ts';
import { type Counts, counts } from './counts.ts';
import { type Body, soundDecoder } from './sound.ts';
import { type TextHeaderForm, textHeader } from './text-header.ts';

const nothing = new Uint8Array(0);

/** What comes after the lines. */
export interface Headed {
  /** What the stream says of itself; may change until the first event. */
  header(): StreamHeader;
  readonly body: Body;
}

/**
 * Makes a decoder that reads lines, and then whatever `begin` makes of them.
 *
 * @param begin is given the lines, the position of the first byte after them, and the counters
 */
export function headedDecoder(
  form: TextHeaderForm,
  begin: (lines: readonly string[], position: number, count: Counts) => Headed,
): Decoder {
  const text = textHeader(form);
  const count = counts();
  let headed: Headed | undefined;
  const start = (rest: Uint8Array): AerPacket[] => {
    headed = begin(text.lines, text.length, count);
    return rest.length === 0 ? [] : headed.body.push(rest);
  };
  return soundDecoder({
    skipped: count.skipped,
    header: () => headed?.header(),
    push(bytes) {
      if (headed !== undefined) return headed.body.push(bytes);
      const rest = text.push(bytes);
      return rest === undefined ? [] : start(rest);
    },
    end() {
      if (headed === undefined) {
        // What is left is the beginning of a line, and no record.
        count.add('cutOffBytes', text.end().length);
        start(nothing);
      }
      return headed!.body.end();
    },
  });
}
