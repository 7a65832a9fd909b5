/** What every target must do: plain cases that any implementation is run through. */
import {
  callback,
  flag,
  listOf,
  number,
  type OptionTable,
  soundOptions,
  text,
} from '../options.ts';
import { type SuiteCase, suiteCases } from '../suite.ts';
import { type TargetSuiteConfig, targetBench } from './target-bench.ts';
import { recordCases, spikeCases } from './target-suite-cases.ts';
import { endCases } from './target-suite-ends.ts';

const table: OptionTable<TargetSuiteConfig> = {
  open: callback,
  states: listOf(text),
  exact: flag,
  left: callback,
  pass: callback,
  patience: number({ above: 0, unit: 'milliseconds' }),
};

/**
 * Makes the cases that every target must pass. They need no test framework: run them one after the other; what
 * rejects has failed, and says why.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const suite = targetSuite({ open: async () => ({ target: simulator() }), states: ['output:imem'] });
 * await suite[0]!.run();
 * ```
 */
export function targetSuite(config: TargetSuiteConfig): SuiteCase[] {
  config = soundOptions('this suite cannot be made', config, table, 'open');
  const bench = targetBench(config);
  return suiteCases({ ...spikeCases(bench), ...recordCases(bench), ...endCases(bench) });
}
