/** What the addresses of events mean. */
import { InvalidArgumentError } from '../errors.ts';
import { noteBuilt, number, optionProblems, readable, readItem, readOnce } from '../options.ts';
import { type Problem, problem, within } from '../problems.ts';

/** Addresses are channels, 0 to `channels - 1`. */
export interface ChannelSpace {
  /** What an address is. */
  readonly kind: 'channels';
  /** Number of channels. */
  readonly channels: number;
}

/** Addresses are pixels with a polarity, packed in bits: see {@link packPixel}. */
export interface PixelSpace {
  /** What an address is. */
  readonly kind: 'pixels';
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
}

/** Addresses are event words of a chip family. */
export interface ChipWordSpace {
  /** What an address is. */
  readonly kind: 'chipWords';
  /** Name of the chip family that knows what the words mean. */
  readonly family: string;
}

/** What the addresses of a stream of events mean: one small object for a whole stream. */
export type Space = ChannelSpace | PixelSpace | ChipWordSpace;

/** A pixel that changed. */
export interface Pixel {
  /** Column, from the left. */
  readonly x: number;
  /** Row, from the top. */
  readonly y: number;
  /** 1 if it became brighter, 0 if it became darker. */
  readonly polarity: number;
}

/** Where the parts of a pixel lie in its address; taken out by shifts and masks only. */
export interface PixelBits {
  /** Bits to shift y by. */
  readonly yShift: number;
  /** Mask of x once the polarity is shifted out. */
  readonly xMask: number;
}

const anyCount = number({ min: 1, max: 2 ** 32, whole: true });
const anySide = number({ min: 1, max: 65_536, whole: true, unit: 'pixels' });

/**
 * Makes the space of `count` channels.
 *
 * @throws InvalidArgumentError if `count` is no whole number from 1 to 2^32
 * @example
 * ```ts
 * channels(60).channels; // 60
 * ```
 */
export function channels(count: number): ChannelSpace {
  if (count === lastMade?.channels) return lastMade;
  refuse(within('channels', anyCount(count)));
  lastMade = noteBuilt(Object.freeze({ kind: 'channels', channels: count }));
  return lastMade;
}

/** The space of channels that was made last: it is mostly the one that is asked for again. */
let lastMade: ChannelSpace | undefined;

/**
 * Makes the space of the pixels of a camera.
 *
 * @throws InvalidArgumentError if a side is no whole number from 1 to 65536, or an address would need more
 * than 32 bits
 * @example
 * ```ts
 * pixels(346, 260).width; // 346
 * ```
 */
export function pixels(width: number, height: number): PixelSpace {
  const problems = [...within('width', anySide(width)), ...within('height', anySide(height))];
  if (problems.length === 0 && bitsFor(width) + bitsFor(height) > 31) {
    const given = `${width}×${height}`;
    problems.push(problem('', 'too-large', given, 'x, y and polarity must fit in 32 bits'));
  }
  refuse(problems);
  return noteBuilt(Object.freeze({ kind: 'pixels', width, height }));
}

/**
 * Makes the space of the event words of a chip family.
 *
 * @throws InvalidArgumentError if `family` is no text
 * @example
 * ```ts
 * chipWords('dynapse2').kind; // 'chipWords'
 * ```
 */
export function chipWords(family: string): ChipWordSpace {
  if (typeof family !== 'string' || family === '') {
    refuse([problem('family', 'wrong-type', family, 'the name of a chip family is needed')]);
  }
  return noteBuilt(Object.freeze({ kind: 'chipWords', family }));
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0)
    throw new InvalidArgumentError('this space or pixel cannot be', problems);
}

/** Bits that hold 0 to `count - 1`. */
function bitsFor(count: number): number {
  return 32 - Math.clz32(count - 1);
}

/**
 * Gives the shifts with which a hot loop takes addresses apart.
 *
 * @throws InvalidArgumentError if the space is not one of pixels
 */
export function pixelBits(space: PixelSpace): PixelBits {
  return knownPixelBits(refuseOther(space));
}

/** The same of a space that has been checked: for what is done many times a second. */
export function knownPixelBits({ width }: PixelSpace): PixelBits {
  const xBits = bitsFor(width);
  return { yShift: xBits + 1, xMask: 2 ** xBits - 1 };
}

/**
 * Packs a pixel into an address: polarity in the lowest bit, above it x, above that y.
 *
 * @throws InvalidArgumentError if there is no such pixel
 * @example
 * ```ts
 * packPixel(pixels(128, 128), { x: 3, y: 1, polarity: 1 }); // 263
 * ```
 */
export function packPixel(space: PixelSpace, pixel: Pixel): number {
  const { width, height } = refuseOther(space);
  pixel = readOnce(pixel);
  refuse(
    optionProblems<Pixel>(
      pixel,
      {
        x: number({ min: 0, max: width - 1, whole: true }),
        y: number({ min: 0, max: height - 1, whole: true }),
        polarity: number({ min: 0, max: 1, whole: true }),
      },
      'x',
      'y',
      'polarity',
    ),
  );
  const { x, y, polarity } = pixel;
  return ((y << pixelBits(space).yShift) | (x << 1) | polarity) >>> 0;
}

/** Refuses a space that is not one of pixels. */
function refuseOther(given: PixelSpace): PixelSpace {
  const space = readItem(given);
  const problems = within('space', spaceProblems(space));
  if (problems.length === 0 && space.kind !== 'pixels') {
    problems.push(problem('space.kind', 'out-of-range', space.kind, 'pixels are needed'));
  }
  refuse(problems);
  return space;
}

/**
 * Takes an address apart into its pixel.
 *
 * @throws InvalidArgumentError if the space is not one of pixels
 * @example
 * ```ts
 * unpackPixel(pixels(128, 128), 263); // { x: 3, y: 1, polarity: 1 }
 * ```
 */
export function unpackPixel(space: PixelSpace, address: number): Pixel {
  const { yShift, xMask } = pixelBits(refuseOther(space));
  refuse(within('address', number({ min: 0, max: 2 ** 32 - 1, whole: true })(address)));
  // A shift by 32 would do nothing.
  const y = yShift > 31 ? 0 : address >>> yShift;
  return { x: (address >>> 1) & xMask, y, polarity: address & 1 };
}

const isKind = {
  channels: (space: ChannelSpace) => anyCount(space.channels),
  pixels: (space: PixelSpace) => [
    ...within('width', anySide(space.width)),
    ...within('height', anySide(space.height)),
  ],
  chipWords: (space: ChipWordSpace) =>
    typeof space.family === 'string'
      ? []
      : [problem('family', 'wrong-type', space.family, 'a text is needed')],
} as const;

/** Lists what is wrong with a space that was made by hand; empty if nothing is. */
export function spaceProblems(space: unknown): Problem[] {
  return readable(() => {
    const kind: unknown = (space as Partial<Space> | null | undefined)?.kind;
    if (typeof kind !== 'string' || !Object.hasOwn(isKind, kind)) {
      const needed = 'channels(…), pixels(…) or chipWords(…) says what it is';
      return [problem('', 'wrong-type', space, needed)];
    }
    return (isKind[kind as Space['kind']] as (space: unknown) => readonly Problem[])(space);
  });
}

/** Whether two spaces mean the same. */
export function sameSpace(a: Space, b: Space): boolean {
  return spaceText(a) === spaceText(b);
}

/** A space as messages name it: `4 channels`, `128×128 pixels`, `words of dynapse2`. */
export function spaceText(space: Space): string {
  switch (space.kind) {
    case 'channels':
      return `${space.channels} channels`;
    case 'pixels':
      return `${space.width}×${space.height} pixels`;
    case 'chipWords':
      return `words of ${space.family}`;
  }
}

/** Number above all addresses of a space. */
export function addressLimit(space: Space): number {
  switch (space.kind) {
    case 'channels':
      return space.channels;
    case 'pixels':
      return space.height * 2 ** pixelBits(space).yShift;
    case 'chipWords':
      return 2 ** 32;
  }
}
