import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A public NIR file and how it is run. */
export interface RealSample {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Step, seconds: that of the paper for the Braille reader, 0.1 ms. */
  readonly dt: number;
  /** Share of input channels that fire in a step; none where it holds what does not run. */
  readonly rate?: number;
}

/** How each file of the NIR paper's repository is run. */
const known: Readonly<Record<string, { readonly dt: number; readonly rate?: number }>> = {
  '01_lif_debug_spike_representation_two_lif_neurons': { dt: 1e-3, rate: 0.5 },
  '01_lif_lif_norse': { dt: 1e-3, rate: 0.3 },
  '01_lif_lif_rockpool': { dt: 1e-3, rate: 0.3 },
  '02_cnn_cnn_sinabs': { dt: 1e-3 },
  '03_rnn_braille_noDelay_bias_zero': { dt: 1e-4, rate: 0.3 },
  '03_rnn_braille_noDelay_noBias_subtract': { dt: 1e-4, rate: 0.3 },
  '03_rnn_extras_braille_noDelay_bias_zero_subgraph': { dt: 1e-4 },
  '03_rnn_extras_braille_noDelay_noBias_subtract_subgraph': { dt: 1e-4 },
};

const folder = process.env['NIR_SAMPLES'];

if (folder === undefined || !existsSync(folder)) {
  process.stderr.write(
    'the public NIR files are not tested: set NIR_SAMPLES to a folder that holds them\n',
  );
}

/** The public NIR files in the folder that the environment names as NIR_SAMPLES; none without. */
export const realSamples: readonly RealSample[] =
  folder === undefined || !existsSync(folder)
    ? []
    : readdirSync(folder)
        .filter((file) => file.endsWith('.nir'))
        .map((file) => {
          const name = file.slice(0, -4);
          return {
            name,
            bytes: readFileSync(join(folder, file)),
            ...(known[name] ?? { dt: 1e-3 }),
          };
        });
