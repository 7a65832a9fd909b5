/** Tells a host that stalls now and then from a source that is slow. */

/** Watches how much of its look-ahead a stream has to spare. */
export interface LateWatch {
  /** Whether the stream is in time but for moments: what is too late then comes of a stall. */
  readonly mostlyInTime: boolean;
  /** Notes a piece that has come at a host time, milliseconds: whether it has enough to spare. */
  came(inTime: boolean, host: number): void;
  /** Begins anew, since the stream lies elsewhere. */
  forget(): void;
}

/** The share of the time that may be lost; a slow source is late for half of the time before it is too late. */
const share = 1 / 4;

/** What was counts for less and less: over so many milliseconds, and over so many pieces at least. */
const [memory, pieces] = [1000, 32];

/** Begins with a stream of which nothing is known. */
export function lateWatch(): LateWatch {
  /** Milliseconds that have been watched, and those of them that ended with a piece that was late or nearly so. */
  let [watched, lost] = [0, 0];
  let last = Number.NaN;
  return {
    get mostlyInTime() {
      return lost <= watched * share;
    },
    came(inTime, host) {
      const passed = Number.isNaN(last) ? 0 : host - last;
      const kept = 1 - Math.min(1 / pieces, passed / memory);
      last = host;
      watched = watched * kept + passed;
      lost = lost * kept + (inTime ? 0 : passed);
    },
    forget() {
      watched = 0;
      lost = 0;
    },
  };
}
