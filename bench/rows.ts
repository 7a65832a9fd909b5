/** What a figure must be: `>= 3`, `<= 0.25`. */
export type Goal = `${'>=' | '<='} ${number}`;

/** One figure of a bench, with whatever else a reader wants to know about it. */
export interface BenchRow {
  /** Dotted name, by which it is found again: `deploy.core.seconds`. */
  readonly name: string;
  /** The figure; null if it could not be measured here. */
  readonly value: number | null;
  readonly unit: string;
  /** What the value must be; null if there is nothing to reach. */
  readonly goal: Goal | null;
  /** Whether the goal is reached; null if there is none, or if the measurement leaves it open. */
  readonly met: boolean | null;
  readonly [field: string]: unknown;
}

/** Whether a value reaches a goal; null if either is missing. */
export function reaches(value: number | null, goal: Goal | null): boolean | null {
  if (goal === null || value === null) return null;
  const bound = Number(goal.slice(3));
  return goal.startsWith('>=') ? value >= bound : value <= bound;
}

/**
 * Makes a row: `row('deploy.core.seconds', 0.2, 's', '<= 0.25')`.
 *
 * @param fields what else belongs to the figure: sizes, rates of a peer, the spread
 */
export function row(
  name: string,
  value: number | null,
  unit: string,
  goal: Goal | null = null,
  fields: Readonly<Record<string, unknown>> = {},
): BenchRow {
  return { name, value, unit, goal, met: reaches(value, goal), ...fields };
}

/** Whether a row keeps the bench from succeeding. */
export function missed({ met }: BenchRow): boolean {
  return met === false;
}

function text(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'NO';
  if (typeof value !== 'number')
    return typeof value === 'object' ? JSON.stringify(value) : `${value}`;
  return Number.isInteger(value) ? `${value}` : value.toPrecision(3);
}

/** Lays rows out in columns, headed by the names of their fields. */
export function table(rows: readonly BenchRow[]): string {
  const names = [...new Set(rows.flatMap((given) => Object.keys(given)))];
  const cells = [names, ...rows.map((given) => names.map((name) => text(given[name])))];
  const widths = names.map((_, c) => Math.max(...cells.map((line) => line[c]!.length)));
  return cells
    .map((line) =>
      line
        .map((cell, c) => (c === 0 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!)))
        .join('   '),
    )
    .join('\n');
}
