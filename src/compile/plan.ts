/** The passes of the compiler, in their order: each takes what the last one gave, and adds its problems. */
import { type DefaultConfiguration, defaultFamily } from '../chips/families.ts';
import type { ChipFamily, ChipMapping, PlacedSynapses, Quantiser, Route } from '../chips/family.ts';
import { switchesOf } from '../chips/switches.ts';
import { UnsupportedPipelineError } from '../errors.ts';
import { readOnce } from '../options.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type Problem, problem } from '../problems.ts';
import type { DeployedCore, DeployOptions } from './deployment.ts';
import { mergeForChip } from './front/merge.ts';
import { type Names, namesOf } from './front/names.ts';
import type { MergedPopulation, WeightedSynapses } from './network.ts';
import { argumentProblems, contradictions, refusal } from './options.ts';
import { clusterNeurons } from './passes/cluster.ts';
import { currentProblems } from './passes/currents.ts';
import { fanInProblems } from './passes/limits.ts';
import {
  type Clustering,
  clusterCount,
  clustersOfPins,
  placeNeurons,
  sizeProblems,
} from './passes/place-neurons.ts';
import { type QuantisedCores, type QuantisedList, quantiseCores } from './passes/quantise-cores.ts';
import { routeNetwork } from './passes/route.ts';
import { separatePopulations } from './passes/separate.ts';

/** What the passes must know of a family. */
type Family = ChipMapping & Pick<ChipFamily, 'name' | 'limits' | 'models'>;

/** Everything that is decided before memories are written. */
export interface DeploymentPlan {
  readonly population: MergedPopulation;
  readonly names: Names;
  readonly weights: QuantisedCores;
  readonly network: PlacedSynapses;
  readonly routes: readonly (readonly Route[])[];
  /** Cores in use, in the order of their first neurons. */
  readonly cores: readonly DeployedCore[];
  /** Every limit that is broken. */
  readonly problems: readonly Problem[];
}

/** Synapses that exist, with their codes. */
function coded({ pre, post, dendrite }: WeightedSynapses, { codes }: QuantisedList) {
  if (!codes.includes(0)) return { pre, post, dendrite, code: codes };
  const kept = codes.reduce((sum, code) => sum + Number(code !== 0), 0);
  const list = {
    pre: new Uint32Array(kept),
    post: new Uint32Array(kept),
    dendrite: new Uint8Array(kept),
    code: new Uint8Array(kept),
  };
  for (let i = 0, at = 0; i < codes.length; i++) {
    if (codes[i] === 0) continue;
    list.pre[at] = pre[i]!;
    list.post[at] = post[i]!;
    list.dendrite[at] = dendrite[i]!;
    list.code[at++] = codes[i]!;
  }
  return list;
}

/** Everything but the hardware neurons. */
function unplaced(
  { channels, parameters, neurons, output, input, recurrent }: MergedPopulation,
  weights: QuantisedCores,
  names: Names,
  monitored: readonly string[] = names.populations,
): Omit<PlacedSynapses, 'hardware'> {
  const reports = new Set([...monitored, output]);
  const all = Array.from({ length: neurons }, (_, n) => n);
  return {
    channels,
    input: coded(input, weights.input),
    recurrent: coded(recurrent, weights.recurrent),
    ...switchesOf(parameters),
    monitored: all.map((n) => reports.has(names.nameOf(n).population)),
    names: all.map((n) => names.textOf(n)),
  };
}

/** The cores of a deployment, in the order of their clusters. */
function coresOf(
  { parameters }: MergedPopulation,
  { cores }: QuantisedCores,
  { hardware }: PlacedSynapses,
  { clusters }: Clustering,
  { share }: Pick<ChipFamily, 'share'>,
): DeployedCore[] {
  const members = cores.map((): number[] => []);
  for (const [n, cluster] of clusters.entries()) members[cluster]!.push(n);
  return cores.map((weights, cluster) => {
    const neurons = members[cluster]!;
    const { chip, core } = hardware[neurons[0]!]!;
    const base = weights.base.map((value) => value * parameters.Iscale);
    return { chip, core, neurons, weights, currents: share(parameters, neurons, base) };
  });
}

/** Quantises, places and routes a population that is gathered into clusters. */
function planClusters<Configuration>(
  population: MergedPopulation,
  names: Names,
  clustering: Clustering,
  options: DeployOptions<Configuration>,
  family: Family,
): DeploymentPlan {
  const { quantiser, monitored, chips = family.limits.chips } = options;
  const weights = quantiseCores(population, clustering.clusters, family, quantiser);
  const bare = unplaced(population, weights, names, monitored);
  const hardware =
    options.hardware?.map(({ chip, core, neuron }) => ({ chip, core, neuron })) ??
    placeNeurons(bare, clustering, chips, family.limits);
  const network: PlacedSynapses = { ...bare, hardware };
  const cores = coresOf(population, weights, network, clustering, family);
  const oversized = sizeProblems(clustering, chips, family.limits);
  const routing =
    oversized.length > 0
      ? { routes: [], problems: fanInProblems(network, family) }
      : routeNetwork(network, family);
  const problems = [
    ...oversized,
    ...routing.problems,
    ...currentProblems(cores, population.parameters, names, family),
  ];
  return { population, names, weights, network, routes: routing.routes, cores, problems };
}

/** What all passes begin with. */
interface Start<Configuration> {
  readonly family: Family;
  readonly population: MergedPopulation;
  readonly names: Names;
  readonly options: DeployOptions<Configuration>;
  /** Chips that the board has. */
  readonly chips: number;
  /** Neurons as the user wants them on cores, or neighbours together. */
  readonly clustering: Clustering;
  /** Whether the user wants them so. */
  readonly asked: boolean;
}

/** Merges a pipeline; if it cannot be and the options are wrong too, these come first. */
function merged(pipeline: Pipeline, wrong: readonly Problem[]): MergedPopulation {
  try {
    return mergeForChip(pipeline);
  } catch (cause) {
    throw wrong.length > 0 ? refusal(wrong) : cause;
  }
}

function start<Configuration>(
  pipeline: Pipeline,
  options: DeployOptions<Configuration>,
): Start<Configuration> {
  const wrong = argumentProblems(pipeline, options);
  const family: Family = options.family ?? defaultFamily;
  const population = merged(pipeline, wrong);
  const { model } = population.parameters;
  if (!family.models.includes(model)) {
    const needed = `a ${family.name} has neurons of ${family.models.join(', ')}`;
    throw new UnsupportedPipelineError('chip', [problem('', 'unsupported', model, needed)]);
  }
  const names = namesOf(population.populations);
  const problems = [...wrong, ...contradictions(population, names, options, family.limits, wrong)];
  if (problems.length > 0) throw refusal(problems);
  const { cluster = {}, chips = family.limits.chips } = options;
  const pins = options.hardware ?? options.cores;
  const clustering =
    pins === undefined
      ? { clusters: clusterNeurons(population, cluster, family.limits) }
      : clustersOfPins(pins);
  const asked =
    pins !== undefined || cluster.method !== undefined || cluster.clusters !== undefined;
  return { family, population, names, options, chips, clustering, asked };
}

/** Finds the plan that gives populations cores of their own where that helps and fits. */
function bestPlan<Configuration>(given: Start<Configuration>): DeploymentPlan {
  const { family, population, names, options, chips, clustering, asked } = given;
  const { limits } = family;
  const plan = (own: Clustering): DeploymentPlan =>
    planClusters(population, names, own, options, family);
  const cores = chips * limits.cores;
  if (asked || clusterCount(clustering) > cores) return plan(clustering);
  const bounds = { cores, room: options.cluster?.neuronsPerCluster ?? limits.neurons };
  const separated = separatePopulations(population, clustering.clusters, names, family, bounds);
  if (separated === clustering.clusters) return plan(clustering);
  const better = plan({ clusters: separated });
  // Cores of their own must not cost more destinations or tags than there are.
  return better.problems.length === 0 ? better : plan(clustering);
}

/**
 * Merges a pipeline into one population, gathers its neurons into cores, puts their weights into codes, and finds
 * a hardware neuron and tags for each. Simulates nothing.
 *
 * @throws InvalidArgumentError if the arguments are none, or the options contradict each other or the pipeline
 * @throws UnsupportedPipelineError with every limit that is broken
 */
export function planDeployment<Configuration>(
  pipeline: Pipeline,
  options: DeployOptions<Configuration>,
): DeploymentPlan {
  const plan = bestPlan(start(pipeline, options));
  if (plan.problems.length > 0) throw new UnsupportedPipelineError('chip', plan.problems);
  return plan;
}

/** The least favourable codes that there can be: no weight is lost, each as large as it gets. */
function worstQuantiser({ bases, largestCode }: Family): Quantiser {
  return (weights) => {
    let largest = 0;
    for (let i = 0; i < weights.length; i++) largest = Math.max(largest, Math.abs(weights[i]!));
    return {
      // A base current never exceeds the largest weight that it is part of.
      base: new Array<number>(bases).fill(largest),
      codes: new Uint8Array(weights.length).fill(largestCode),
      values: Float64Array.from(weights),
      mse: 0,
    };
  };
}

/** What can be said of a deployment before it is made. */
export interface DeploymentCheck {
  /** Everything that keeps it from being made. */
  readonly problems: readonly Problem[];
  /** Populations, and whether each would report to the host; empty if there are problems. */
  readonly reports: ReadonlyMap<string, boolean>;
  /** The pipeline as one population; undefined if it cannot be one. */
  readonly population: MergedPopulation | undefined;
}

/**
 * Tells whether a pipeline can be deployed, and if not, every limit that is broken. Base currents are searched for
 * only if the answer depends on them.
 *
 * @throws InvalidArgumentError if the options are none or contradict each other or the pipeline
 * @example
 * ```ts
 * const net = pipeline(linear({ weight: [[1, 2]] }), dynapSim({ neurons: 2, name: 'output' }));
 * checkDeployment(net).problems; // []
 * ```
 */
export function checkDeployment<Configuration = DefaultConfiguration>(
  pipeline: Pipeline,
  options: DeployOptions<Configuration> = {},
): DeploymentCheck {
  options = readOnce(options);
  try {
    const given = start(pipeline, options);
    const { family, population, names, clustering } = given;
    const worst = { ...options, quantiser: worstQuantiser(family) };
    const quick =
      options.quantiser === undefined
        ? planClusters(population, names, clustering, worst, family).problems
        : undefined;
    const problems = quick?.length === 0 ? [] : bestPlan(given).problems;
    const monitored = options.monitored ?? names.populations;
    const reports = names.populations.map(
      (name) => [name, name === population.output || monitored.includes(name)] as const,
    );
    return { problems, reports: new Map(problems.length === 0 ? reports : []), population };
  } catch (cause) {
    if (!(cause instanceof UnsupportedPipelineError)) throw cause;
    return { problems: cause.problems, reports: new Map(), population: undefined };
  }
}
