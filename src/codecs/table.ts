/** All formats, in the order in which bytes are tried. */
import { aedat2 } from './aedat/aedat2.ts';
import { aedat31 } from './aedat/aedat31.ts';
import { aedat4 } from './aedat4/aedat4.ts';
import type { Codec } from './codec.ts';
import { csv } from './csv/csv.ts';
import { es } from './event-stream/codec.ts';
import { nmnist } from './nmnist.ts';
import { npy, npz } from './numpy/numpy.ts';
import { dat } from './prophesee/dat.ts';
import { evt2 } from './prophesee/evt2.ts';
import { evt3 } from './prophesee/evt3.ts';
import { evt21 } from './prophesee/evt21.ts';
import { spk } from './recording/codec.ts';
import { spif } from './spif.ts';
import { xdf } from './xdf/codec.ts';

/** Formats with a mark of their own in the first bytes. */
const marked: readonly Codec[] = [
  spk,
  xdf,
  es,
  aedat2,
  aedat31,
  aedat4,
  npy,
  npz,
  // Prophesee's, by the header.
  dat,
  evt2,
  evt21,
  evt3,
];

/** Formats that are known by what would be very odd if they were anything else. */
const guessed: readonly Codec[] = [
  csv,
  // Binary without any header, by words that must have a bit and times that do not fall.
  spif,
  nmnist,
];

/** All formats of event files and streams, a line each; those with a mark are tried first. */
export const codecs: readonly Codec[] = [...marked, ...guessed];
