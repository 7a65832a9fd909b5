/** All formats, in the order in which bytes are tried: those with a mark of their own first, guesses last. */
import type { Codec } from './codec.ts';
import { dat } from './prophesee/dat.ts';
import { spk } from './recording/codec.ts';

/** All formats of event files and streams, a line each. */
export const codecs: readonly Codec[] = [spk, dat];
