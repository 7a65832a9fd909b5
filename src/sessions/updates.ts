/** Changes of a chip in mid-run as a stream of marks, written and read. */
import { DataError } from '../errors.ts';
import { type Marks, marks } from '../events/series.ts';
import type { TargetUpdate } from '../pipeline/target.ts';
import { printable } from '../printable.ts';
import type { RecordedSession } from './recorded-session.ts';

/** A change as a mark: at its time, the rest as JSON. */
export function updateMark({ time, resets, delta }: TargetUpdate): Marks {
  return marks([time], [JSON.stringify({ resets, delta })]);
}

/**
 * Reads the changes of a stream, oldest first; none if there is no such stream.
 *
 * @throws DataError if it holds something else
 */
export async function readUpdates(
  { recording }: RecordedSession,
  stream: string | undefined,
): Promise<TargetUpdate[]> {
  const updates: TargetUpdate[] = [];
  const kind = stream === undefined ? undefined : recording.streams.get(stream)?.kind;
  if (stream === undefined || kind === undefined) return updates;
  if (kind !== 'marks') {
    throw new DataError(`${printable(stream)} holds ${kind}, and no changes of a chip`);
  }
  for await (const { item } of recording.items({ streams: [stream] })) {
    const { timestamps, labels } = item as Marks;
    for (const [i, label] of labels.entries()) {
      updates.push({ time: timestamps[i]!, ...changeOf(stream, label) });
    }
  }
  return updates;
}

function changeOf(stream: string, label: string): Omit<TargetUpdate, 'time'> {
  try {
    const { resets, delta } = JSON.parse(label) as Partial<TargetUpdate>;
    if (Number.isSafeInteger(resets) && typeof delta === 'object')
      return { resets: resets!, delta };
  } catch {
    // What is wrong with it is told below.
  }
  throw new DataError(
    `${printable(stream)} holds no change of a chip: ${printable(label.slice(0, 80))}`,
  );
}
