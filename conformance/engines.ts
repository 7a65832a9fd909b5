import { kernel } from '../src/kernel/engine.ts';
import { type Engine, referenceEngine } from '../src/neurons/engine.ts';
import type { CaseOutcome, EngineName, Kind } from './kind.ts';

/** An engine that is compared, and what it is held to. */
export interface Contender {
  readonly name: EngineName;
  readonly engine: Engine;
  /** Largest error that passes. */
  readonly tolerance: number;
}

/** A kind that an engine computes. */
export interface EngineKind extends Omit<Kind, 'engine' | 'tolerance' | 'run'> {
  /** Largest error that passes, float64 and float32. */
  readonly tolerances: Readonly<Record<EngineName, number>>;
  /** Compares every case in the folder. */
  run(folder: string, contender: Contender): CaseOutcome[] | Promise<CaseOutcome[]>;
}

/** The kind once for each engine, which is only made where it runs. */
export function onEachEngine({ kind, needs, tolerances, run }: EngineKind): readonly Kind[] {
  const row = (name: EngineName, engine: () => Engine): Kind => ({
    kind,
    needs,
    engine: name,
    tolerance: tolerances[name],
    run: (folder) => run(folder, { name, engine: engine(), tolerance: tolerances[name] }),
  });
  return [row('reference', () => referenceEngine), row('kernel', kernel)];
}
