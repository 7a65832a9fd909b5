import fc from 'fast-check';
import * as spikeline from 'spikeline';
import { InvalidArgumentError, type Pipeline, pipeline } from 'spikeline';
import { nirOfPipeline, pipelineOfNir, readNir, writeNir } from 'spikeline/nir';
import * as operators from 'spikeline/operators';
import * as stages from 'spikeline/stages';
import { describe, expect, it } from 'vitest';
import { runs } from '#test/support/runs';

const kinds = { ...stages, ...spikeline } as unknown as Readonly<
  Record<string, (config: unknown) => never>
>;
const junk = fc.anything({ withBigInt: true, withTypedArray: true, withNullPrototype: true });

/** What `make` throws must be the library's own refusal, with problems that have what they need. */
function refused(make: () => unknown): boolean {
  try {
    make();
  } catch (cause) {
    if (!(cause instanceof InvalidArgumentError)) throw cause;
    expect(cause.problems.length).toBeGreaterThan(0);
    for (const { path, code, needed } of cause.problems) {
      expect([typeof path, typeof code, typeof needed]).toEqual(['string', 'string', 'string']);
    }
    return true;
  }
  return false;
}

/** Definitions of each kind that are sound. */
const sound: Readonly<Record<string, object>> = {
  add: { channels: 2, inputs: 2 },
  concatenate: { channels: [1, 2] },
  delay: { channels: 1, delay: 0, dt: 1e-3 },
  dynapSe2: { neurons: 1, Idc: 1e-12, recurrent: [[1, 1, 1, 1]] },
  dynapSim: { neurons: 1, Idc: [1e-12], recurrent: [[1]] },
  integrateAndFire: { neurons: 1, resistance: 1, threshold: 1, reset: 0 },
  integrator: { neurons: 1, resistance: 1 },
  li: { neurons: 1, tauMem: 0.02, tauSyn: 0.02, bias: 0, leak: 0, inputWeight: 1 },
  lif: { neurons: 1, tauMem: 0.02, tauSyn: 0.02, threshold: 1, recurrent: [[1]] },
  linear: { weight: [[1]], bias: 1 },
  scale: { scale: [1] },
  threshold: { threshold: [1] },
};

describe.each(Object.keys(sound))('%s', (kind) => {
  const make = kinds[kind]!;

  it('is in the table', () => {
    expect(stages.stageKinds).toContain(kind);
  });

  it('refuses anything that is no configuration', () => {
    fc.assert(
      fc.property(junk, (given) => {
        expect(refused(() => pipeline(make(given)))).toBe(true);
      }),
      { numRuns: runs(300) },
    );
  });

  it('refuses or takes a configuration of which some is junk', () => {
    const names = Object.keys(sound[kind]!);
    const change = fc.tuple(fc.constantFrom(...names, 'name', 'dt', 'other'), junk);
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        refused(() => pipeline(make({ ...sound[kind], ...Object.fromEntries(changes) })));
      }),
      { numRuns: runs(500) },
    );
  });

  it('refuses texts in place of numbers, alone and in lists, and takes none for its value', () => {
    const texts = (value: unknown): unknown[] => {
      if (typeof value === 'number') return [String(value)];
      if (!Array.isArray(value)) return [];
      return value.flatMap((one, i) => texts(one).map((text) => value.with(i, text)));
    };
    const all = Object.entries(sound[kind]!).flatMap(([name, value]) =>
      texts(value).map((text) => ({ ...sound[kind], [name]: text })),
    );
    expect(all.length).toBeGreaterThan(0);
    for (const given of all) expect(refused(() => pipeline(make(given)))).toBe(true);
  });

  it('names an unknown option and a wrong type at once', () => {
    const problems: string[] = [];
    try {
      pipeline(make({ ...sound[kind], colour: 1, name: Number.NaN }));
    } catch (cause) {
      problems.push(...(cause as InvalidArgumentError).problems.map(({ path }) => path));
    }
    expect(problems).toEqual(expect.arrayContaining([`${kind}0.colour`, `${kind}0.name`]));
  });
});

describe('whatever takes stages or pipelines', () => {
  it('refuses junk in their place', () => {
    const net = pipeline({ kind: 'lif', neurons: 1, tauMem: 0.02 });
    const takers: ((given: unknown) => unknown)[] = [
      (given) => pipeline(given as never),
      (given) => stages.residual(given as never),
      (given) => stages.feedback(given as never),
      (given) => stages.parallel(given as never, { join: 'add' }),
      (given) => stages.parallel({ kind: 'scale', scale: [1] }, given as never),
      (given) => spikeline.startPipeline(given as Pipeline),
      (given) => spikeline.startPipeline(net, given as never),
      (given) => spikeline.startPipeline(net, undefined, given as never),
      (given) => stages.pipelineUpTo(net, given as never),
      (given) => stages.fromStages(given as never),
      (given) => nirOfPipeline(given as Pipeline),
      (given) => stages.withStages(given as Pipeline, []),
      (given) =>
        stages.withStages(pipeline({ kind: 'lif', neurons: 1, tauMem: 0.02 }), given as never),
      (given) => stages.pipelineUpTo(given as Pipeline, 'lif0'),
      (given) => spikeline.pipelineToJson(given as Pipeline),
      (given) => spikeline.packPipeline(given as Pipeline),
      (given) => spikeline.summary(given as Pipeline),
      (given) => pipelineOfNir(given as never),
      (given) => operators.applyLinear(given as never),
      (given) => operators.applyLif({ neurons: 1, tauMem: 0.02 }, { engine: given as never }),
    ];
    fc.assert(
      fc.property(junk, fc.constantFrom(...takers), (given, take) => {
        refused(() => take(given));
      }),
      { numRuns: runs(2000) },
    );
  });

  it('says that parallel was given no options', () => {
    const part = stages.parallel as (...parts: unknown[]) => unknown;
    const one = { kind: 'lif', neurons: 1, tauMem: 0.02 };
    for (const last of [one, [one], pipeline(one as never)]) {
      expect(() => part(one, last)).toThrow(/options: .*join: 'concatenate'/);
    }
  });

  it('refuses junk in place of a graph that is written, and of bytes that are read', async () => {
    await fc.assert(
      fc.asyncProperty(junk, async (given) => {
        await expect(writeNir(given as never)).rejects.toBeInstanceOf(InvalidArgumentError);
        if (given instanceof Uint8Array) return;
        await expect(readNir(given as never)).rejects.toBeInstanceOf(InvalidArgumentError);
      }),
      { numRuns: runs(100) },
    );
  });
});
