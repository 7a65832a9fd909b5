/** Pipelines that an engine runs as one: populations one after the other, with or without weights before each. */
import { InvalidArgumentError } from '../errors.ts';
import type { Chain, ChainLink, ChainProblem } from '../neurons/chain.ts';
import type { Engine } from '../neurons/engine.ts';
import { stageChained } from '../stages/stage.ts';
import type { Pipeline } from './pipeline.ts';
import { isChain } from './walk.ts';

/** Where the signals of a stage of a chain are: at which population, and whether they are what enters it. */
export interface ChainPlace {
  readonly link: number;
  readonly enters: boolean;
}

/** A pipeline that an engine runs as one. */
export interface CompiledChain {
  readonly chain: Chain;
  /** Where each stage is. */
  readonly places: ReadonlyMap<string, ChainPlace>;
  /** Whose states are in the chain. */
  resident: { leave(): void } | undefined;
  /** Groups that nobody uses, of those that run beside the thread that asks, and who waits for one. */
  readonly free: number[];
  readonly waiting: (() => void)[];
}

/** The populations of a pipeline and what is between them; undefined if anything else is. */
function problemOf(
  pipeline: Pipeline,
  engine: Engine,
): (ChainProblem & { readonly places: ReadonlyMap<string, ChainPlace> }) | undefined {
  if (!isChain(pipeline)) return undefined;
  const links: ChainLink[] = [];
  const places = new Map<string, ChainPlace>();
  let weights: Pick<ChainLink, 'weight' | 'bias'> | undefined;
  for (const stage of pipeline.stages) {
    const part = stageChained(stage);
    if (part === undefined) return undefined;
    if (!('parameters' in part)) {
      if (weights !== undefined) return undefined;
      weights = part;
      places.set(stage.name, { link: links.length, enters: true });
      continue;
    }
    if (stage.emits !== 'spikes' || !engine.supports(part.parameters.model)) return undefined;
    if (stage.dt !== pipeline.dt) return undefined;
    places.set(stage.name, { link: links.length, enters: false });
    links.push({ name: stage.name, neurons: stage.channelsOut, ...part, ...weights });
    weights = undefined;
  }
  if (weights !== undefined) return undefined;
  return { dt: pipeline.dt, channels: pipeline.channelsIn, links, places };
}

/** What is compiled of a pipeline, by what compiled it. */
type Known = WeakMap<NonNullable<Engine['chain']>, { readonly chain: CompiledChain | undefined }>;

const compiled = new WeakMap<Pipeline, Known>();

/** Trials side by side: as many as keep the machine at work, where populations are small. */
const trials = 32;

function freeOf({ groups }: Chain): Pick<CompiledChain, 'free' | 'waiting'> {
  return { free: Array.from(groups.keys()).slice(1), waiting: [] };
}

/** The chain; undefined where an engine cannot hold all of it at once, or weights are beyond what it knows. */
function madeBy(make: NonNullable<Engine['chain']>, problem: ChainProblem): Chain | undefined {
  try {
    return make(problem, { trials });
  } catch (cause) {
    if (cause instanceof InvalidArgumentError) return undefined;
    throw cause;
  }
}

/**
 * The pipeline as its engine runs it as one; undefined where it does not. It is made once for as long as the pipeline is there:
 * neither a pipeline nor what is in it is written again once it is built.
 */
export function compiledChain(pipeline: Pipeline, engine: Engine): CompiledChain | undefined {
  if (engine.chain === undefined) return undefined;
  const engines: Known = compiled.get(pipeline) ?? new WeakMap();
  compiled.set(pipeline, engines);
  const known = engines.get(engine.chain);
  if (known !== undefined) return known.chain;
  const problem = problemOf(pipeline, engine);
  const chain = problem && madeBy(engine.chain, problem);
  const made = chain && { chain, places: problem.places, resident: undefined, ...freeOf(chain) };
  engines.set(engine.chain, { chain: made });
  return made;
}
