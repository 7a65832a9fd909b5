/** Spaces of events, as they stand in the headers of XDF streams. */
import { channels, chipWords, pixels, type Space } from '../../events/space.ts';

/** The space that something is which was read; undefined if it is none. */
export function spaceOf(value: unknown): Space | undefined {
  const given = (value ?? {}) as Readonly<Record<string, unknown>>;
  try {
    switch (given['kind']) {
      case 'channels':
        return channels(given['channels'] as number);
      case 'pixels':
        return pixels(given['width'] as number, given['height'] as number);
      case 'chipWords':
        return chipWords(given['family'] as string);
      default:
        return undefined;
    }
  } catch {
    return undefined;
  }
}
