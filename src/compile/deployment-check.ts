/** Tells what `deploy` gives from anything else. */

import type { ChipFamily, ChipLimits, HardwareNeuron } from '../chips/family.ts';
import { familyCheck } from '../chips/family-check.ts';
import { dendriteNames, dynapSe2CurrentNames } from '../neurons/dynap-se2/parameters.ts';
import { currentNames } from '../neurons/dynap-sim/parameters.ts';
import { type Check, listOf, number, options, readable, text } from '../options.ts';
import { pipelineProblems } from '../pipeline/guard.ts';
import { fault, type Problem, problem, within } from '../problems.ts';
import type { Deployment } from './deployment.ts';
import type { MergedPopulation, PopulationRange } from './network.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The fields of an object; none if it is something else. */
function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

const whole = (min: number, max: number = Number.MAX_SAFE_INTEGER): Check =>
  number({ min, max, whole: true });

/** Lists what keeps arrays from being the fields of one structure of arrays. */
function arrayProblems(
  value: unknown,
  types: Readonly<Record<string, new (length: number) => { readonly length: number }>>,
  count?: number,
): Problem[] {
  const fields = fieldsOf(value);
  const wrong = Object.entries(types).flatMap(([name, type]) =>
    fields[name] instanceof type
      ? []
      : [problem(name, 'wrong-type', fields[name], `a ${type.name} is needed`)],
  );
  if (wrong.length > 0) return wrong;
  const lengths = Object.keys(types).map((name) => (fields[name] as Uint8Array).length);
  return lengths.every((length) => length === (count ?? lengths[0]))
    ? []
    : [fault('', 'wrong-shape', `it has arrays of ${lengths.join(', ')} entries; all are as long`)];
}

const synapseTypes = {
  pre: Uint32Array,
  post: Uint32Array,
  dendrite: Uint8Array,
  weight: Float64Array,
};

/** Lists what keeps something from being synapses that lead from so many senders to so many neurons. */
function synapseProblems(value: unknown, senders: number, neurons: number): Problem[] {
  const problems = arrayProblems(value, synapseTypes);
  if (problems.length > 0) return problems;
  const { pre, post, dendrite } = value as MergedPopulation['input'];
  for (let i = 0; i < pre.length; i++) {
    if (pre[i]! < senders && post[i]! < neurons && dendrite[i]! < dendriteNames.length) continue;
    return [fault(`[${i}]`, 'out-of-range', 'it leads from or to what does not exist')];
  }
  return [];
}

/** Lists what keeps something from being the parameters of so many neurons of a chip. */
function parameterProblems(value: unknown, neurons: number): Problem[] {
  const fields = fieldsOf(value);
  const { model, Iscale } = fields;
  if (model !== 'dynapSim' && model !== 'dynapSe2') {
    return [problem('model', 'unknown', model, 'dynapSim or dynapSe2 is needed')];
  }
  const names = model === 'dynapSim' ? currentNames : dynapSe2CurrentNames;
  return [
    ...within('Iscale', number({ above: 0 })(Iscale)),
    ...names.flatMap((name) => {
      const values = fields[name];
      return values instanceof Float64Array && values.length === neurons
        ? []
        : [problem(name, 'wrong-shape', values, `a Float64Array of ${neurons} values is needed`)];
    }),
  ];
}

/** Lists what keeps something from being where populations stand among so many neurons. */
function rangeProblems(value: unknown, neurons: number): Problem[] {
  const ranges = Object.entries(fieldsOf(value));
  if (ranges.length === 0) return [problem('', 'missing', value, 'a population is needed')];
  const check = options<PopulationRange>(
    { first: whole(0, neurons), size: whole(1, neurons) },
    ...(['first', 'size'] as const),
  );
  return ranges.flatMap(([name, range]) => within(name, check(range)));
}

function populationProblems(value: unknown): Problem[] {
  const { channels, neurons, parameters, input, recurrent, populations } = fieldsOf(value);
  const sizes = [
    ...within('channels', whole(0)(channels)),
    ...within('neurons', whole(1)(neurons)),
  ];
  if (typeof neurons !== 'number' || typeof channels !== 'number' || sizes.length > 0) return sizes;
  return [
    ...within('parameters', parameterProblems(parameters, neurons)),
    ...within('input', synapseProblems(input, channels, neurons)),
    ...within('recurrent', synapseProblems(recurrent, neurons, neurons)),
    ...within('populations', rangeProblems(populations, neurons)),
  ];
}

/** Checks the neurons of a board of some limits, be it of a chip that exists or not. */
function hardwareCheck({ chips, cores, neurons }: ChipLimits): Check {
  const table = {
    chip: whole(0, chips - 1),
    core: whole(0, cores - 1),
    neuron: whole(0, neurons - 1),
  };
  return listOf(options<HardwareNeuron>(table, 'chip', 'core', 'neuron'));
}

const words: Check = (value) =>
  value instanceof Uint32Array
    ? []
    : [problem('', 'wrong-type', value, 'a Uint32Array of words is needed')];

function boardProblems({ family: given, configuration, inputWords, hardware }: Fields): Problem[] {
  const wrong = familyCheck(given);
  if (wrong.length > 0) return within('family', wrong);
  const family = given as ChipFamily;
  return [
    ...within('configuration', family.problems(configuration)),
    ...within('inputWords', listOf(words)(inputWords)),
    ...within('hardware', hardwareCheck(family.limits)(hardware)),
  ];
}

/** Lists what keeps values from being the codes of some synapses. */
function weightProblems(value: unknown, { input, recurrent }: MergedPopulation): Problem[] {
  const types = { codes: Uint8Array, values: Float64Array };
  const fields = fieldsOf(value);
  return [
    ...within('input', arrayProblems(fields['input'], types, input.pre.length)),
    ...within('recurrent', arrayProblems(fields['recurrent'], types, recurrent.pre.length)),
  ];
}

function changeProblems(value: unknown): Problem[] {
  const changes = Object.entries(fieldsOf(fieldsOf(value)['changes']));
  return changes.flatMap(([name, values]) =>
    values instanceof Float64Array
      ? []
      : [problem(`changes.${name}`, 'wrong-type', values, 'a Float64Array is needed')],
  );
}

const needed = 'what deploy gives is needed';

/** Lists what keeps something from saying what stands in the memories of a board, and what was asked for. */
export function memoryProblems(deployment: unknown): Problem[] {
  return readable(() => storedProblems(deployment));
}

function storedProblems(deployment: unknown): Problem[] {
  if (typeof deployment !== 'object' || deployment === null) {
    return [problem('', 'wrong-type', deployment, needed)];
  }
  const fields = fieldsOf(deployment);
  if (fields['family'] === undefined && fields['population'] === undefined) {
    return [problem('', 'wrong-type', deployment, needed)];
  }
  const problems = [
    ...boardProblems(fields),
    ...within('population', populationProblems(fields['population'])),
  ];
  if (problems.length > 0) return problems;
  const { hardware, population, inputWords } = deployment as Deployment<unknown>;
  return [
    ...(hardware.length === population.neurons
      ? []
      : [
          problem(
            'hardware.length',
            'wrong-shape',
            hardware.length,
            `there are ${population.neurons} neurons`,
          ),
        ]),
    ...(inputWords.length === population.channels
      ? []
      : [
          problem(
            'inputWords.length',
            'wrong-shape',
            inputWords.length,
            `there are ${population.channels} input channels`,
          ),
        ]),
  ];
}

/** Lists what keeps something from being simulated before and after it was deployed. */
export function simulationProblems(deployment: unknown): Problem[] {
  return readable(() => modelProblems(deployment));
}

function modelProblems(deployment: unknown): Problem[] {
  if (typeof deployment !== 'object' || deployment === null) {
    return [problem('', 'wrong-type', deployment, needed)];
  }
  const { pipeline, population, weights, deviation, remarks, deployedPipeline } =
    deployment as Readonly<Record<keyof Deployment<unknown>, unknown>>;
  if (pipeline === undefined && population === undefined) {
    return [problem('', 'wrong-type', deployment, needed)];
  }
  const wrong = [
    ...within('pipeline', pipelineProblems(pipeline)),
    ...within('population', populationProblems(population)),
    ...within('deployedPipeline', pipelineProblems(deployedPipeline)),
    ...within('deviation', changeProblems(deviation)),
    ...within('remarks', listOf(text)(remarks)),
  ];
  return wrong.length > 0
    ? wrong
    : within('weights', weightProblems(weights, population as MergedPopulation));
}
