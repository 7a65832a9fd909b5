/** What the fuzz calls. */

/** Something that can be called. */
export interface Call {
  /** `entry.name`. */
  readonly name: string;
  readonly run: (...given: readonly never[]) => unknown;
  readonly sound: readonly unknown[];
  /** Whether anybody has said which arguments are sound. */
  readonly declared: boolean;
}

/** How something is called. */
export type Run = Call['run'];

/** Calls of what was made, each with arguments that are sound. */
export type Parts = Readonly<Record<string, readonly [run: Run, ...sound: readonly unknown[]]>>;
