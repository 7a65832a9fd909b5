/** What every link must do: plain cases that any implementation is run through. */
import { InvalidArgumentError } from '../errors.ts';
import { callback, number, type OptionTable, optionProblems, readOnce } from '../options.ts';
import { fault } from '../problems.ts';
import { type SuiteCase, suiteCases } from '../suite.ts';
import { type LinkSuiteConfig, linkBench } from './link-bench.ts';
import { runCases, timeCases } from './link-suite-cases.ts';
import { failureCases } from './link-suite-failures.ts';

const table: OptionTable<LinkSuiteConfig> = {
  open: callback,
  configuration: (value) =>
    typeof value === 'object' && value !== null
      ? []
      : [fault('', 'wrong-type', 'the configuration of a board is needed')],
  word: number({ min: 0, max: 2 ** 32 - 1, whole: true }),
  delta: () => [],
  unplug: callback,
  openSmall: callback,
  openBeforeWrap: callback,
  left: callback,
  pass: callback,
  patience: number({ above: 0, unit: 'milliseconds' }),
};

/**
 * Makes the cases that every link must pass. They need no test framework: run them one after the other; what
 * rejects has failed, and says why.
 *
 * @throws InvalidArgumentError with all problems
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[15]] }), dynapSim({ neurons: 1, Ispkthr: 1e-8 }));
 * const { configuration, inputWords } = deploy(net);
 * const board = virtualBoard();
 * const suite = linkSuite({ open: () => board.open(), configuration, word: inputWords[0]![0]! });
 * await suite[0]!.run();
 * ```
 */
export function linkSuite<Configuration, Delta>(
  config: LinkSuiteConfig<Configuration, Delta>,
): SuiteCase[] {
  config = readOnce(config, table);
  const problems = optionProblems<LinkSuiteConfig>(config, table, 'open', 'configuration', 'word');
  if (problems.length > 0) throw new InvalidArgumentError('this suite cannot be made', problems);
  const bench = linkBench(config);
  return suiteCases({ ...runCases(bench), ...timeCases(bench), ...failureCases(bench) });
}
