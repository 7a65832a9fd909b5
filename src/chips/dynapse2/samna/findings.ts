import { fault, type Problem, type ProblemCode, problem } from '../../../problems.ts';

/** Where a value stands in a document: its last step, and the path above. */
export interface JsonPath {
  /** The path above; the first step has none. */
  readonly up: JsonPath | undefined;
  /** Name of a field, or index in a list. */
  readonly step: string | number;
}

/** What is found wrong or unknown while a document is read. */
export interface Findings {
  /** Each mistake with its path, as many as are shown. */
  readonly problems: Problem[];
  /** Mistakes that are not shown. */
  hidden: number;
  /** Paths of fields that nobody asked for, without indices. */
  readonly unknown: Set<string>;
}

/** Mistakes that are shown; a field that is wrong in every synapse is so a quarter of a million times. */
const shown = 100;

/** Nothing found yet. */
export function noFindings(): Findings {
  return { problems: [], hidden: 0, unknown: new Set() };
}

function pathOf({ up, step }: JsonPath, indices: boolean): string {
  const above = up === undefined ? '' : pathOf(up, indices);
  if (typeof step === 'number') return `${above}[${indices ? step : ''}]`;
  return up === undefined ? step : `${above}.${step}`;
}

/** Notes that what stands at `at`, if anything, is not what is needed. */
export function wrong(
  findings: Findings,
  at: JsonPath,
  code: ProblemCode,
  given: unknown,
  needed: string,
): void {
  if (findings.problems.length === shown) {
    findings.hidden += 1;
    return;
  }
  const path = pathOf(at, true);
  findings.problems.push(
    given === undefined
      ? fault(path, 'missing', `it is missing; ${needed}`)
      : problem(path, code, given, needed),
  );
}

/** Notes the fields of an object at `up` that are not `known`. */
export function noteUnknown(
  findings: Findings,
  up: JsonPath | undefined,
  fields: object,
  known: ReadonlySet<string>,
): void {
  for (const step in fields) {
    if (!known.has(step)) findings.unknown.add(pathOf({ up, step }, false));
  }
}

/** Every mistake; the last line counts those that are not shown. */
export function allProblems({ problems, hidden }: Findings): Problem[] {
  return hidden === 0 ? problems : [...problems, fault('', 'too-large', `… and ${hidden} more`)];
}
