import { chipLimits } from '../../chips/dynapse2/limits.ts';
import type { Clock } from '../../clock.ts';
import type { Engine } from '../../neurons/engine.ts';
import type { Mismatch } from '../../neurons/mismatch.ts';

/** What a virtual board is made of. */
export interface VirtualBoardConfig {
  /** Which piece of silicon it is; 0 where left out. The same seed has the same mismatch. */
  readonly seed?: number;
  /** Chips on it; 4, as many as there can be, where left out. */
  readonly chips?: number;
  /** How far its transistors differ; 30 % at three sigma where left out. */
  readonly mismatch?: Mismatch;
  /** Step of the circuits, seconds; 1 ms where left out. */
  readonly dt?: number;
  /** Whether it keeps time with the clock, or runs as fast as it can; fast where left out. */
  readonly realTime?: boolean;
  /** Clock to keep time with. */
  readonly clock?: Clock;
  /** Board time at power-up, whole microseconds; 0 where left out. It wraps at 2^32. */
  readonly startTime?: number;
  /** Events that the input FIFO holds; 65536 where left out. */
  readonly inputCapacity?: number;
  /** Events that the output FIFO holds; 65536 where left out. */
  readonly outputCapacity?: number;
  /**
   * What its neurons are: `lumped`, with one synapse from the AMPA biases, as networks of DynapSim neurons are
   * trained; or `dendrites`, the full circuit with AMPA, GABA, NMDA and SHUNT, each from its own biases.
   * Lumped where left out.
   */
  readonly circuit?: 'lumped' | 'dendrites';
  /** What computes the neurons; the kernel where left out. */
  readonly engine?: Engine;
}

/** Lists everything that no board can be made of; empty where all is well. */
export function boardProblems(config: Required<VirtualBoardConfig>): string[] {
  const problems: string[] = [];
  const { chips, circuit, dt, startTime, inputCapacity, outputCapacity, mismatch } = config;
  if (circuit !== 'lumped' && circuit !== 'dendrites') {
    problems.push(`circuit is ${circuit}; lumped and dendrites are possible`);
  }
  if (!Number.isInteger(chips) || chips < 1 || chips > chipLimits.chips) {
    problems.push(`chips is ${chips}; 1 to ${chipLimits.chips} are possible`);
  }
  if (!(dt >= 1e-6 && dt <= 1)) problems.push(`dt is ${dt} s; 1e-6 to 1 are allowed`);
  if (!Number.isSafeInteger(startTime) || startTime < 0) {
    problems.push(`startTime is ${startTime}; whole microseconds of at least 0 are needed`);
  }
  for (const [name, value] of Object.entries({ inputCapacity, outputCapacity })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      problems.push(`${name} is ${value}; a whole number above 0 is needed`);
    }
  }
  if (!(mismatch.fraction >= 0))
    problems.push(`mismatch is ${mismatch.fraction}; it must not be negative`);
  const { sigmaRule = 3 } = mismatch;
  if (!(sigmaRule > 0)) problems.push(`mismatch.sigmaRule is ${sigmaRule}; it must be above 0`);
  return problems;
}
