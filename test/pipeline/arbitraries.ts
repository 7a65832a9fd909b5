import fc from 'fast-check';
import {
  defaultParameters,
  dynapSim,
  linear,
  type Pipeline,
  parameterNames,
  pipeline,
  type StageDefinition,
} from 'spikeline';

const anyWeight = fc.oneof(
  { arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }), weight: 3 },
  { arbitrary: fc.constantFrom(0, -0, 1, 64, 127, -128, 1e-310, Number.MAX_VALUE), weight: 1 },
);

function rows(count: number, width: number): fc.Arbitrary<number[][]> {
  const row = fc.array(anyWeight, { minLength: width, maxLength: width });
  return fc.array(row, { minLength: count, maxLength: count });
}

function parameters(neurons: number): fc.Arbitrary<Record<string, number | number[]>> {
  const one = (nominal: number): fc.Arbitrary<number> =>
    fc.double({ min: nominal / 1000, max: nominal * 1000, noNaN: true });
  const entries = parameterNames.map((name) => {
    const value = one(defaultParameters[name]);
    const each = fc.array(value, { minLength: neurons, maxLength: neurons });
    const off = name === 'Idc' || name === 'Iw_ahp' ? [fc.constantFrom(0, -0)] : [];
    return [name, fc.oneof(value, each, ...off)] as const;
  });
  return fc.record(
    { ...Object.fromEntries(entries), Iscale: one(defaultParameters.Iscale) },
    { requiredKeys: [] },
  );
}

function population(neurons: number, dt: number): fc.Arbitrary<StageDefinition> {
  return fc
    .tuple(parameters(neurons), fc.option(rows(neurons, neurons), { nil: undefined }))
    .map(([given, recurrent]) =>
      dynapSim({ neurons, dt, ...given, ...(recurrent === undefined ? {} : { recurrent }) }),
    );
}

const names = fc.uniqueArray(fc.string({ maxLength: 6 }), { minLength: 6, maxLength: 6 });

/** Pipelines of one to three populations with or without weights between them. */
export const anyPipeline: fc.Arbitrary<Pipeline> = fc
  .tuple(
    fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.boolean()), {
      minLength: 1,
      maxLength: 3,
    }),
    fc.integer({ min: 1, max: 3 }),
    fc.double({ min: 1e-6, max: 0.1, noNaN: true }),
    names,
  )
  .chain(([sizes, channelsIn, dt, labels]) => {
    const stages: fc.Arbitrary<StageDefinition>[] = [];
    let width = channelsIn;
    for (const [size, weighted] of sizes) {
      if (weighted || width !== size) {
        stages.push(rows(width, size).map((weight) => linear({ weight })));
      }
      stages.push(population(size, dt));
      width = size;
    }
    return fc
      .tuple(...stages)
      .map((all) => pipeline(...all.map((stage, i) => ({ ...stage, name: labels[i]! }))));
  });
