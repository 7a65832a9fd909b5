/** What is wrong with a configuration of DYNAP-SE2 chips. */
import { InvalidArgumentError } from '../../errors.ts';
import { type Check, flag, number, oneOf as oneOfValues, readable } from '../../options.ts';
import { type Problem, problem, unread, within } from '../../problems.ts';
import { type ChipConfiguration, dendrites, latchNames, weightSwitches } from './configuration.ts';
import { destinationProblems, switchMask } from './event.ts';
import { type Fields, hasFields } from './fields.ts';
import { chipLimits } from './limits.ts';
import { coreParameterNames } from './parameters.ts';
import { chipSettingForms, coreSettingForms, settingProblems } from './settings.ts';
import { latchWord, synapseWord } from './words.ts';

const { cores, neurons, synapses, destinations } = chipLimits;
const switchCount = weightSwitches(0).length;

const inRange = (count: number): Check => number({ min: 0, max: count - 1, whole: true });
const tagCheck = inRange(chipLimits.tags);
const dendriteCheck = oneOfValues(Object.values(dendrites));
const biasChecks = { coarse: inRange(chipLimits.coarse), fine: inRange(chipLimits.fine) };

/** Lists which fields are there and no switches; a switch that is left out is off. */
function flagProblems(fields: Fields, names: readonly string[]): readonly Problem[] {
  return names.flatMap((name) =>
    fields[name] === undefined ? [] : within(name, flag(fields[name])),
  );
}

const timingNames = ['stp', 'preciseDelay', 'mismatchedDelay'] as const;

function synapseProblems(value: unknown): Problem[] {
  if (synapseWord(value) >= 0) return [];
  if (!hasFields(value)) return [problem('', 'wrong-type', value, 'a synapse is needed')];
  const { tag, weight, dendrite } = value;
  return [
    ...flagProblems(value, timingNames),
    ...within('tag', tagCheck(tag)),
    ...(switchMask(weight) >= 0
      ? []
      : [problem('weight', 'wrong-shape', weight, `${switchCount} switches are needed`)]),
    ...within('dendrite', dendriteCheck(dendrite)),
  ];
}

/** Entries of a list that are looked at: no memory holds as many. */
const mostLooked = 1024;

/** The entries of a list that are looked at, holes as well; none of what is no list. */
function looked(list: unknown): unknown[] {
  return Array.isArray(list) ? Array.from<unknown>(list.slice(0, mostLooked)) : [];
}

/** Lists what is wrong with the entries of one memory of a neuron. */
function entryProblems(
  name: string,
  entries: unknown,
  room: number,
  check: (entry: unknown) => readonly Problem[],
): Problem[] {
  if (!Array.isArray(entries)) return [problem(name, 'wrong-type', entries, 'a list is needed')];
  const problems =
    entries.length > room
      ? [problem(`${name}.length`, 'too-large', entries.length, `the memory holds ${room}`)]
      : [];
  for (const [i, entry] of looked(entries).entries()) {
    const found = check(entry);
    if (found.length > 0) problems.push(...within(`${name}[${i}]`, found));
  }
  return problems;
}

function neuronProblems(value: unknown): Problem[] {
  if (!hasFields(value)) return [problem('', 'wrong-type', value, 'a neuron is needed')];
  return [
    ...(latchWord(value) >= 0 ? [] : flagProblems(value, latchNames)),
    ...entryProblems('synapses', value['synapses'], synapses, synapseProblems),
    ...entryProblems('destinations', value['destinations'], destinations, destinationProblems),
  ];
}

function biasProblems(value: unknown): Problem[] {
  if (!hasFields(value)) return [problem('', 'wrong-type', value, 'coarse and fine are needed')];
  return [
    ...within('coarse', biasChecks.coarse(value['coarse'])),
    ...within('fine', biasChecks.fine(value['fine'])),
  ];
}

function parameterProblems(value: unknown): Problem[] {
  if (!hasFields(value)) return [problem('', 'wrong-type', value, 'biases by name are needed')];
  return coreParameterNames.flatMap((name) => {
    const bias = value[name];
    return bias === undefined ? [] : within(name, biasProblems(bias));
  });
}

function coreProblems(value: unknown): Problem[] {
  if (!hasFields(value)) return [problem('', 'wrong-type', value, 'a core is needed')];
  const { neurons: own, parameters } = value;
  const problems = [...settingProblems(value, coreSettingForms)];
  problems.push(...within('parameters', parameterProblems(parameters)));
  if (!Array.isArray(own) || own.length !== neurons) {
    const length = Array.isArray(own) ? own.length : undefined;
    problems.push(problem('neurons.length', 'wrong-shape', length, `a core has ${neurons}`));
  }
  // Neurons that are the same object, as idle ones are, are looked at once.
  const known = new Map<unknown, Problem[]>();
  for (const [n, neuron] of looked(own).entries()) {
    const found = known.get(neuron) ?? neuronProblems(neuron);
    known.set(neuron, found);
    if (found.length > 0) problems.push(...within(`neurons[${n}]`, found));
  }
  return problems;
}

function chipProblems(value: unknown): Problem[] {
  if (!hasFields(value)) return [problem('', 'wrong-type', value, 'a chip is needed')];
  const all = looked(value['cores']);
  return [
    ...(all.length === cores
      ? []
      : [problem('cores.length', 'wrong-shape', all.length, `a chip has ${cores}`)]),
    ...settingProblems(value, chipSettingForms),
    ...all.flatMap((core, k) => within(`cores[${k}]`, coreProblems(core))),
  ];
}

/** Lists everything in `configuration`, of any type, that no chip can hold; empty if all is well. */
export function configurationProblems(configuration: unknown): Problem[] {
  return readable(() => boardProblems(configuration));
}

function boardProblems(configuration: unknown): Problem[] {
  const chips = hasFields(configuration) ? configuration['chips'] : undefined;
  if (!Array.isArray(chips)) {
    return [problem('chips', 'wrong-type', chips, 'a list of chips is needed')];
  }
  const count = chips.length;
  const { chips: max } = chipLimits;
  return [
    ...(count < 1 || count > max
      ? [problem('chips.length', 'out-of-range', count, `a board has 1…${max}`)]
      : []),
    ...looked(chips).flatMap((chip, c) => within(`chips[${c}]`, chipProblems(chip))),
  ];
}

/**
 * Uses a configuration if a chip can hold it.
 *
 * @throws InvalidArgumentError with everything that no chip can hold, or if it says something else when it is used
 */
export function using<Used>(
  configuration: ChipConfiguration,
  use: (sound: ChipConfiguration) => Used,
): Used {
  const problems = configurationProblems(configuration);
  try {
    if (problems.length === 0) return use(configuration);
  } catch (cause) {
    // There may be 100 000 objects: they are not copied for the sake of a getter.
    problems.push(unread(cause));
  }
  throw new InvalidArgumentError('this configuration fits no chip', problems);
}
