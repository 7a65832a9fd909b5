/** How often properties are tried. */

/** Cases that are tried however few are asked for, unless each takes long. */
const least = 10;

/**
 * Runs of a property in `npm test`: a third of `thorough`, which are all tried with `SPIKELINE_RUNS=3`, and ten
 * times as many with `SPIKELINE_RUNS=30`. `SPIKELINE_SEED=random` tries other cases than those of `properties.ts`.
 */
export function runs(thorough: number, atLeast: number = least): number {
  const factor = Number(process.env['SPIKELINE_RUNS'] ?? 1) / 3;
  return Math.max(Math.min(atLeast, thorough), Math.ceil(factor * thorough));
}
