/** The source `fromKeys`: keys that are pressed at a terminal. */
import { Observable } from 'rxjs';
import { having, readMethods, refuse } from '../src/options.ts';
import { within } from '../src/problems.ts';

/** Where keys come from: standard input, or what stands for it. */
export interface KeyInput {
  readonly isTTY?: boolean;
  readonly isRaw?: boolean;
  on(event: 'data', listener: (data: Uint8Array | string) => void): unknown;
  removeListener(event: 'data', listener: (data: Uint8Array | string) => void): unknown;
  resume?(): unknown;
  pause?(): unknown;
  setRawMode?(on: boolean): unknown;
}

/** How many listen to an input, and whether it was raw before the first: the last of them puts it back. */
const listening = new WeakMap<object, { count: number; readonly raw: boolean }>();

/** What Ctrl-C sends in raw mode. */
const interrupt = '\u0003';

/**
 * Emits each key that is pressed at a terminal, as the text that it sends, without waiting for the end of a line. Ctrl-C
 * stops the process as usual. If the input is no terminal, each character is a key. The terminal is put back as it was
 * once nobody is subscribed.
 *
 * @param input standard input if left out
 * @throws InvalidArgumentError if it is no stream
 * @example
 * ```ts
 * typeof fromKeys().subscribe; // 'function'
 * ```
 */
export function fromKeys(input: KeyInput = process.stdin): Observable<string> {
  const keys = readMethods(input, 'on', 'removeListener');
  refuse('no keys can be heard', () =>
    within('input', having('a stream', 'on', 'removeListener')(keys)),
  );
  return new Observable((subscriber) => {
    const hear = (data: Uint8Array | string): void => {
      const text = typeof data === 'string' ? data : new TextDecoder().decode(data);
      // An arrow sends several characters, and is one key.
      for (const key of text.startsWith('\u001b') ? [text] : text) {
        if (key === interrupt && input.isTTY === true) process.kill(process.pid, 'SIGINT');
        else subscriber.next(key);
      }
    };
    const all = listening.get(input) ?? { count: 0, raw: input.isRaw === true };
    listening.set(input, all);
    if (all.count++ === 0 && input.isTTY === true) input.setRawMode?.(true);
    keys.on('data', hear);
    input.resume?.();
    return () => {
      keys.removeListener('data', hear);
      if (--all.count > 0) return;
      listening.delete(input);
      if (input.isTTY === true) input.setRawMode?.(all.raw);
      input.pause?.();
    };
  });
}
