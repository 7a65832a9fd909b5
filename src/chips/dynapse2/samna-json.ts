import { InvalidArgumentError } from '../../errors.ts';
import { callback, optionProblems, readOnce, text as textCheck } from '../../options.ts';
import { fault, problem, within } from '../../problems.ts';
import type { ChipConfiguration } from './configuration.ts';
import { using } from './memory.ts';
import { allProblems, noFindings } from './samna/findings.ts';
import { isFields } from './samna/json.ts';
import { parseLong, stringifyLong } from './samna/numbers.ts';
import { overlay } from './samna/overlay.ts';
import { readConfiguration } from './samna/read.ts';
import { chipText } from './samna/write.ts';

/** How to read samna's JSON. */
export interface FromSamnaJsonOptions {
  /** Told the path of each kind of field that Spikeline does not know, such as `chips[].dvsIf`. */
  readonly onUnknown?: (path: string) => void;
}

function parsed<T>(text: string, parse: (text: string) => T): T {
  const junk = within('text', textCheck(text));
  if (junk.length > 0) {
    throw new InvalidArgumentError("this is no configuration in samna's form", junk);
  }
  try {
    return parse(text);
  } catch (cause) {
    throw new InvalidArgumentError("this is no configuration in samna's form", [
      fault('text', 'wrong-type', `it is not JSON (${(cause as Error).message})`),
    ]);
  }
}

/** Reads a document that has been parsed. */
function configurationOf(document: unknown, { onUnknown }: FromSamnaJsonOptions) {
  const root = isFields(document) ? document['value0'] : undefined;
  if (!isFields(root)) {
    throw new InvalidArgumentError("this is no configuration in samna's form", [
      fault('value0', 'missing', 'it is missing; samna writes {"value0": {"chips": …}}'),
    ]);
  }
  const findings = noFindings();
  const configuration = readConfiguration(findings, root);
  if (findings.problems.length > 0) {
    throw new InvalidArgumentError(
      "this is no configuration in samna's form",
      allProblems(findings),
    );
  }
  if (onUnknown !== undefined) for (const path of findings.unknown) onUnknown(path);
  return configuration;
}

/**
 * Reads a configuration from samna's JSON, as `Dynapse2Configuration.to_json()` writes it. Lists may
 * stand as `[…]` or as `{"value0": …}`.
 *
 * Empty entries at the end of a CAM or SRAM are dropped: synapses of which everything is 0 or false,
 * destinations that select no core. Settings (`monitoredNeuron`, `sharedParameters01` …) that are
 * missing or stand at 0 or false are left out. So a configuration without such entries and settings is
 * read back as {@link toSamnaJson} was given it. Fields that are not known are passed over.
 *
 * @throws InvalidArgumentError with the path of everything that is missing or cannot be (100 at most)
 * @example
 * ```ts
 * const core = { ...idleCore(), monitoredNeuron: 3 };
 * const text = toSamnaJson({ chips: [{ cores: [core, idleCore(), idleCore(), idleCore()] }] });
 * fromSamnaJson(text).chips[0]!.cores[0]!.monitoredNeuron; // 3
 * ```
 */
export function fromSamnaJson(text: string, options: FromSamnaJsonOptions = {}): ChipConfiguration {
  options = readOnce(options);
  const problems = optionProblems<FromSamnaJsonOptions>(options, { onUnknown: callback });
  if (problems.length > 0) {
    throw new InvalidArgumentError('the configuration cannot be read', problems);
  }
  return configurationOf(parsed<unknown>(text, JSON.parse), options);
}

/**
 * Writes a configuration as samna's JSON, for `Dynapse2Configuration.from_json()`. All 64 synapses and 4
 * destinations of each neuron are there; those not in use are empty.
 *
 * How much of that form is known: objects for synapses and destinations were compared with text that
 * samna's classes gave [V]. Names of fields, `{"value0": …}` for lists of fixed length and
 * `[{"key": …, "value": …}]` for maps are known from those who use samna [S]. Which lists are of fixed
 * length (here cores, neurons, synapses, destinations, groups of converters), and the names
 * `coarseValue`, `fineValue` and `type`, are inferred [I]. Not public are the addresses of the bias
 * generators, what `dvsIf` and `bioamps` hold, and the names of more biases than 53 of a core, 5 and
 * 18 of a pair of cores, and 2 of a chip.
 *
 * So a real board needs one thing more: its own configuration, from `to_json()`, as `board`. Ours is
 * laid over it. What Spikeline does not know, settings that are left out, chips beyond ours and the
 * form of lists stay as the board has them, down to the last digit of an address.
 *
 * @param board JSON of the configuration that the board has; without it what is left out is 0 or false
 * @throws InvalidArgumentError with everything that no chip can hold, or that the board has not
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[1, 2]] }), dynapSim({ neurons: 2, name: 'output' }));
 * const { configuration } = deploy(net);
 * fromSamnaJson(toSamnaJson(configuration)).chips.length; // 1
 * ```
 */
export function toSamnaJson(configuration: ChipConfiguration, board?: string): string {
  const leftOut = board === undefined ? 'as reset' : 'not at all';
  const chips = using(configuration, (sound) => sound.chips.map((chip) => chipText(chip, leftOut)));
  const text = `{"value0":{"chips":[${chips.join(',\n')}]}}\n`;
  if (board === undefined) return text;
  const document = parsed(board, parseLong);
  const there = configurationOf(document.value, {}).chips.length;
  if (chips.length > there) {
    throw new InvalidArgumentError('this configuration does not fit the board', [
      problem('chips.length', 'too-large', chips.length, `the board has ${there}`),
    ]);
  }
  return `${stringifyLong({ ...document, value: overlay(document.value, JSON.parse(text)) })}\n`;
}
