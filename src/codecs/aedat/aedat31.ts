/** AEDAT 3.1 of cAER: packets of one type of event each. Pixels and spikes of DYNAP-SE are read and written. */
import type { Codec } from '../codec.ts';
import { headedDecoder } from '../headed.ts';
import { checkOptions } from '../sound.ts';
import { textHeader } from '../text-header.ts';
import {
  type Aedat31DecoderOptions,
  beginAedat31,
  decoderTable,
  form,
  versions,
} from './aedat31-decoder.ts';
import { aedat31Encoder } from './aedat31-encoder.ts';

/**
 * AEDAT 3.1, and 3.0, which differs in the header and counts y from the bottom. A stream is either of pixels or of spikes
 * of DYNAP-SE (`chipWords('dynapse')`, see `dynapseWord`), of one source: those of the first packet that has either, unless
 * the options say so. `skipped` counts `invalid` (events without the valid bit), `special`, `frames`, `imu`, `samples`,
 * `ear`, `config`, `points`, `matrices`, `polarity`, `spikes`, `otherSources`, `unknownEvents`, `outside` and `cutOffBytes`.
 * Compressed packets are refused.
 *
 * @example
 * ```ts
 * const spike = dynapseWord({ chip: 0, core: 1, neuron: 7 });
 * const bytes = aedat31.encoder!().push(aerPacket([10], [spike], dynapseSpikes));
 * aedat31.decoder().push(bytes)[0]!.addresses[0] === spike; // true
 * ```
 */
export const aedat31: Codec<Aedat31DecoderOptions> = {
  name: 'aedat31',
  title: 'AEDAT 3.1',
  extensions: ['aedat'],
  detect(head) {
    const text = textHeader(form);
    text.push(head.subarray(0, 64));
    return versions.has(text.lines[0] ?? '');
  },
  decoder(options = {}) {
    options = checkOptions('AEDAT 3.1', options, decoderTable);
    return headedDecoder(form, (lines, position, count) =>
      beginAedat31(lines, position, count, options),
    );
  },
  encoder: aedat31Encoder,
};
