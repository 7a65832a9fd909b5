/** Names of a session's streams: those that the session and its runs have for themselves, and those that others record under. */
import { DataError } from '../errors.ts';
import { freeNames } from '../free-names.ts';
import { shown } from '../problems.ts';

/** Names of the streams that a session has of itself. */
export const ownStreams = { marks: 'marks', losses: 'losses' } as const;

/** Who has which name. */
export interface StreamNames {
  /** Gives a name that nobody has, and keeps it for whoever asked: `input`, `input 2`, … */
  reserve(name: string): string;
  /** Says that a name is recorded under, as long as the session lasts. @throws DataError if the session or a run has it */
  claim(name: string): void;
}

/** Nobody has a name but the session itself. */
export function streamNames(): StreamNames {
  const reserved = new Set<string>(Object.values(ownStreams));
  const claimed = new Set<string>();
  const freeName = freeNames((name) => reserved.has(name) || claimed.has(name));
  return {
    reserve(name) {
      const own = freeName(name);
      reserved.add(own);
      return own;
    },
    claim(name) {
      // Marks are everybody's.
      if (name !== ownStreams.marks && reserved.has(name)) {
        const whose = name === ownStreams.losses ? 'the session itself' : 'a run';
        throw new DataError(
          `the stream ${shown(name)} is that of ${whose}; record under another name`,
        );
      }
      claimed.add(name);
    },
  };
}
