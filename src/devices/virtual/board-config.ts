/** What a virtual board is made of. */
import { type DefaultConfiguration, defaultFamily } from '../../chips/families.ts';
import type { ChipSilicon, CircuitModel } from '../../chips/family.ts';
import { type Clock, monotonic } from '../../clock.ts';
import { InvalidArgumentError } from '../../errors.ts';
import { defaultEngine } from '../../kernel/engine.ts';
import type { Engine } from '../../neurons/engine.ts';
import { engineCheck } from '../../neurons/engine.ts';
import { type Mismatch, mismatchCheck } from '../../neurons/mismatch.ts';
import {
  flag,
  having,
  number,
  type OptionTable,
  oneOf,
  optionProblems,
  readable,
  readOnce,
  seedCheck,
} from '../../options.ts';
import type { Problem } from '../../problems.ts';

/** What a virtual board is made of. */
export interface VirtualBoardConfig<Configuration = DefaultConfiguration> {
  /** Family of the chips on it; the DYNAP-SE2 if left out. */
  readonly family?: ChipSilicon<Configuration>;
  /** Which piece of silicon it is; 0 if left out. The same seed has the same mismatch. */
  readonly seed?: number;
  /** Chips on it; as many as there can be if left out. */
  readonly chips?: number;
  /** How far its transistors differ; 30 % at three sigma if left out. */
  readonly mismatch?: Mismatch;
  /** Step of the circuits, seconds; 1 ms if left out. */
  readonly dt?: number;
  /** Whether it keeps time with the clock, or runs as fast as it can; fast if left out. */
  readonly realTime?: boolean;
  /** Clock to keep time with. */
  readonly clock?: Clock;
  /** Board time at power-up, whole microseconds; 0 if left out. It wraps at 2^32. */
  readonly startTime?: number;
  /** Events that the input FIFO holds; 65536 if left out. */
  readonly inputCapacity?: number;
  /** Events that the output FIFO holds; 65536 if left out. */
  readonly outputCapacity?: number;
  /**
   * Model that its neurons are computed as. Of a DYNAP-SE2: `dynapSim`, with one synapse from the AMPA biases, as
   * networks of DynapSim neurons are trained; or `dynapSe2`, the full circuit with AMPA, GABA, NMDA and SHUNT,
   * each from its own biases. The family's first if left out.
   */
  readonly model?: CircuitModel;
  /** What computes the neurons; the kernel if left out. */
  readonly engine?: Engine;
}

/** A board with everything said. */
export type CompleteBoardConfig<Configuration> = Required<VirtualBoardConfig<Configuration>>;

const capacity = number({ min: 1, max: 2 ** 26, whole: true, unit: 'events' });

function table(family: ChipSilicon): OptionTable<VirtualBoardConfig> {
  return {
    family: having('a chip family', 'memories', 'circuits'),
    seed: seedCheck,
    chips: number({ min: 1, max: family.limits.chips, whole: true }),
    mismatch: mismatchCheck,
    dt: number({ min: 1e-6, max: 1, unit: 'seconds' }),
    realTime: flag,
    clock: having('a clock', 'now', 'schedule'),
    startTime: number({ min: 0, whole: true, unit: 'µs' }),
    inputCapacity: capacity,
    outputCapacity: capacity,
    model: oneOf(family.models),
    engine: engineCheck,
  };
}

function familyOf(config: unknown): ChipSilicon {
  let family: ChipSilicon = defaultFamily as ChipSilicon;
  readable(() => {
    const given = (config as VirtualBoardConfig | null | undefined)?.family;
    const sound = typeof given?.limits?.chips === 'number' && Array.isArray(given.models);
    if (sound) family = given as ChipSilicon;
    return [];
  });
  return family;
}

/** Lists everything that no board can be made of; empty if nothing is wrong. */
export function boardProblems(config: unknown): Problem[] {
  return optionProblems<VirtualBoardConfig>(config, table(familyOf(config)));
}

/**
 * Fills in what is left out.
 *
 * @throws InvalidArgumentError with all problems
 */
export function completeBoard<Configuration>(
  config: VirtualBoardConfig<Configuration>,
): CompleteBoardConfig<Configuration> {
  config = readOnce(config, { engine: engineCheck });
  const problems = boardProblems(config);
  if (problems.length > 0) throw new InvalidArgumentError('this board cannot be made', problems);
  const family = (config.family ?? defaultFamily) as ChipSilicon<Configuration>;
  return {
    family,
    seed: config.seed ?? 0,
    chips: config.chips ?? family.limits.chips,
    mismatch: config.mismatch ?? { fraction: 0.3 },
    model: config.model ?? family.models[0]!,
    dt: config.dt ?? 1e-3,
    realTime: config.realTime ?? false,
    clock: monotonic(config.clock),
    startTime: config.startTime ?? 0,
    inputCapacity: config.inputCapacity ?? 65_536,
    outputCapacity: config.outputCapacity ?? 65_536,
    engine: config.engine ?? defaultEngine(),
  };
}
