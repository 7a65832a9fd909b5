/** What all decoders and encoders do alike: refuse junk, and stay broken once they are. */

import { DataError, InvalidArgumentError } from '../errors.ts';
import { type AerPacket, soundForm, soundPacket } from '../events/aer-packet.ts';
import { type Space, spaceText } from '../events/space.ts';
import { bytes as areBytes, type OptionTable, optionProblems, readOnce } from '../options.ts';
import { fault, within } from '../problems.ts';
import type { Decoder, Encoder, Skipped, StreamHeader } from './codec.ts';

/** A part of a decoder: what takes bytes. */
export interface Body<Item = AerPacket> {
  push(bytes: Uint8Array): Item[];
  end(): Item[];
}

/** A decoder, before it is made sound. */
export interface DecoderParts<Item> extends Body<Item> {
  readonly skipped: Skipped;
  header(): StreamHeader | undefined;
}

/** Reads options, and refuses those that cannot be. */
export function checkOptions<Options>(
  what: string,
  given: Options,
  table: OptionTable<Options>,
): Options {
  const options = readOnce(given, table);
  const problems = optionProblems(options, table);
  if (problems.length > 0)
    throw new InvalidArgumentError(`${what} cannot be read or written so`, problems);
  return options;
}

function refuseAfterEnd(ended: boolean): void {
  if (ended) {
    const needed = 'it has ended; make another one';
    throw new InvalidArgumentError('nothing more can be pushed', [fault('', 'conflict', needed)]);
  }
}

/** Makes a decoder that refuses what is no bytes, says again what broke it, and takes nothing after its end. */
export function soundDecoder<Item>(parts: DecoderParts<Item>): Decoder<Item> {
  let broken: unknown;
  let ended = false;
  const guard = (work: () => Item[]): Item[] => {
    if (broken !== undefined) throw broken;
    try {
      return work();
    } catch (cause) {
      broken = cause;
      throw cause;
    }
  };
  return {
    push(bytes) {
      const problems = within('bytes', areBytes(bytes));
      if (problems.length > 0) throw new InvalidArgumentError('nothing can be decoded', problems);
      refuseAfterEnd(ended);
      return guard(() => parts.push(bytes));
    },
    end() {
      if (ended) return [];
      ended = true;
      return guard(() => parts.end());
    },
    get header() {
      return parts.header();
    },
    get skipped() {
      return parts.skipped;
    },
  };
}

/**
 * Makes an encoder that refuses what is no packet of its kind, or has another space than the first.
 *
 * @param kind of space; undefined if `begin` decides
 */
export function soundEncoder<S extends Space>(
  kind: S['kind'] | undefined,
  parts: {
    /** Whether `push` refuses times that are not finite, as it must look at each anyway. */
    readonly refusesTimes?: boolean;
    /** Gives the bytes before all others; the space is undefined if there is no packet at all. */
    begin(space: S | undefined, first: number | undefined): Uint8Array;
    push(packet: AerPacket<S>): Uint8Array;
    end(): Uint8Array;
  },
): Encoder {
  let space: S | undefined;
  let ended = false;
  let begun = false;
  return {
    push(packet) {
      const check = parts.refusesTimes === true ? soundForm : soundPacket;
      const own = check(packet) as AerPacket<S>;
      refuseAfterEnd(ended);
      if (kind !== undefined && own.space.kind !== kind) {
        throw new DataError(
          `the packet has ${spaceText(own.space)}, and this format holds ${kind}; write it as spk, which holds events of any kind`,
        );
      }
      if (space !== undefined && !same(space, own.space)) {
        throw new DataError('the packets of one file must have the same space');
      }
      space = own.space;
      // The first event decides where time begins, and a packet may have none.
      if (own.timestamps.length === 0) return new Uint8Array(0);
      if (begun) return parts.push(own);
      begun = true;
      return joined(parts.begin(space, own.timestamps[0]), parts.push(own));
    },
    end() {
      if (ended) return new Uint8Array(0);
      ended = true;
      return begun ? parts.end() : joined(parts.begin(space, undefined), parts.end());
    },
  };
}

function same(a: Space, b: Space): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** Some bytes, and others after them. */
export function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  if (second.length === 0) return first;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
