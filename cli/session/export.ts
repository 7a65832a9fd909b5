/** All streams of a session, or of a recording, as an XDF file. */
import { type RecordedItem, xdfEncoder } from 'spikeline/codecs';
import { openWriter } from 'spikeline/files';
import { readSession } from 'spikeline/loop';
import type { Stop } from '../stop.ts';
import type { StopSignal } from '../terminal.ts';

/** What was written. */
export interface ExportReport {
  /** Items of each stream. */
  readonly streams: Readonly<Record<string, number>>;
  readonly bytes: number;
  /** Who stopped it. */
  readonly signal: StopSignal | undefined;
}

/** Whether a path is that of an XDF file. */
export function isXdfPath(path: string): boolean {
  return path.toLowerCase().endsWith('.xdf');
}

/**
 * Writes all streams of a session to an XDF file, which appears when it is whole.
 *
 * @throws StorageError if one cannot be read or written
 */
export async function exportXdf(from: string, to: string, stop: Stop): Promise<ExportReport> {
  const session = await readSession(from);
  let signal: StopSignal | undefined;
  const silence = stop.on((wish) => {
    signal ??= wish;
  });
  const writer = openWriter(to);
  try {
    const { recording } = session;
    const clocks = new Map([...recording.streams.values()].map(({ name, clock }) => [name, clock]));
    const encoder = xdfEncoder(clocks);
    const streams: Record<string, number> = {};
    const put = (item: RecordedItem): void => {
      writer.write(encoder.push(item));
      streams[item.stream] = (streams[item.stream] ?? 0) + 1;
    };
    for await (const item of recording.items()) {
      if (signal !== undefined) break;
      put(item);
    }
    writer.write(encoder.end());
    const { bytes } = writer;
    writer.close();
    return { streams, bytes, signal };
  } catch (cause) {
    writer.discard();
    throw cause;
  } finally {
    silence();
    await session.close();
  }
}
