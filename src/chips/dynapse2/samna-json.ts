import { InvalidArgumentError } from '../../errors.ts';
import { callback, optionProblems, readOnce, text as textCheck } from '../../options.ts';
import { fault, within } from '../../problems.ts';
import type { ChipConfiguration } from './configuration.ts';
import { using } from './problems.ts';
import { allProblems, noFindings } from './samna/findings.ts';
import { isFields } from './samna/json.ts';
import { configurationLayer } from './samna/layers.ts';
import { overlay } from './samna/overlay.ts';
import { readConfiguration } from './samna/read.ts';
import { layerText } from './samna/write.ts';

/** What a file that no board's was given for says of itself. */
const ownForm = "Spikeline's own form; lay it over the board's configuration before samna reads it";

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
 * Empty entries at the end of a CAM or SRAM, of which everything is 0 or false, are dropped. Settings (`monitoredNeuron`, `sharedParameters01` …) that are
 * missing or stand at 0 or false are left out, and so are biases that are missing. So a configuration without such entries and settings is
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
 * Writes a configuration as JSON, in the form that samna's `Dynapse2Configuration.from_json()` reads, laid over the
 * configuration that the board has (`to_json()`).
 *
 * Only what the configuration says is replaced: CAM, SRAM and latches of all neurons of its cores, the biases that it names
 * (those that carry currents, on the cores that `deploy` uses), settings that are there. Everything else stays to the letter: biases
 * that nobody names, addresses of 64 bits, fields that Spikeline does not know, chips beyond ours, the form of lists, white
 * space. 200 MB, which a board of four chips has, take a second or two.
 *
 * Without a board the text is Spikeline's own, and says so: all 64 synapses and 4 destinations of each neuron, and of the rest what the
 * configuration says. It is for {@link fromSamnaJson}; samna refuses it, since it lacks what only a board knows.
 *
 * What is known of the form: names, nesting and order are those that samna of 2022 wrote, by what its makers' own tests
 * compare. No file of a newer samna was seen.
 *
 * @param board JSON of the configuration that the board has
 * @throws InvalidArgumentError with everything that no chip can hold, or that the board has not
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[1, 2]] }), dynapSim({ neurons: 2, name: 'output' }));
 * const { configuration } = deploy(net);
 * fromSamnaJson(toSamnaJson(configuration)).chips.length; // 1
 * ```
 */
export function toSamnaJson(configuration: ChipConfiguration, board?: string): string {
  const layer = using(readOnce(configuration), configurationLayer);
  if (board === undefined) {
    return `{"spikeline":${JSON.stringify(ownForm)},${layerText(layer).slice(1)}\n`;
  }
  const laid = parsed(board, (text) => overlay(text, layer));
  if ('text' in laid) return laid.text;
  throw new InvalidArgumentError('this configuration does not fit the board', laid.problems);
}
