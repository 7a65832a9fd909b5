import fc from 'fast-check';
import {
  delay,
  dynapSim,
  integrateAndFire,
  integrator,
  li,
  lif,
  linear,
  type Pipeline,
  pipeline,
  type StageDefinition,
  scale,
  threshold,
} from 'spikeline';
import { defaultParameters, parameterNames } from '#src/neurons/dynap-sim/parameters';

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

function perNeuron(neurons: number, value: fc.Arbitrary<number>): fc.Arbitrary<number | number[]> {
  return fc.oneof(value, fc.array(value, { minLength: neurons, maxLength: neurons }));
}

/** Neurons of any kind, which end in spikes. */
function population(neurons: number, dt: number): fc.Arbitrary<StageDefinition> {
  const recurrent = fc.option(rows(neurons, neurons), { nil: undefined });
  const withRecurrence = <T extends object>(given: T, weights: number[][] | undefined) => ({
    ...given,
    ...(weights === undefined ? {} : { recurrent: weights }),
  });
  const fixed = { neurons: fc.constant(neurons), dt: fc.constant(dt) };
  const any = perNeuron(neurons, anyWeight);
  const tau = perNeuron(neurons, fc.double({ min: dt / 2, max: 1e6, noNaN: true }));
  const fields = { tauSyn: tau, bias: any, resistance: any, leak: any, inputWeight: any };
  const firing = { threshold: any, reset: any };
  const requiredKeys = ['neurons', 'dt', 'tauMem'] as const;
  return fc.oneof(
    fc
      .tuple(parameters(neurons), recurrent)
      .map(([given, weights]) => dynapSim(withRecurrence({ neurons, dt, ...given }, weights))),
    fc
      .tuple(
        fc.record(
          { ...fixed, tauMem: tau, ...fields, ...firing },
          { requiredKeys: [...requiredKeys] },
        ),
        recurrent,
      )
      .map(([given, weights]) => lif(withRecurrence(given, weights))),
    fc
      .tuple(
        fc.record({ ...fixed, resistance: any, ...firing }, { requiredKeys: ['neurons', 'dt'] }),
        recurrent,
      )
      .map(([given, weights]) => integrateAndFire(withRecurrence(given, weights))),
    fc
      .array(anyWeight, { minLength: neurons, maxLength: neurons })
      .map((levels) => threshold({ threshold: levels })),
  );
}

/** Anything that changes no width. */
function between(channels: number, dt: number): fc.Arbitrary<StageDefinition> {
  const fixed = { neurons: fc.constant(channels), dt: fc.constant(dt) };
  const tau = perNeuron(channels, fc.double({ min: dt / 2, max: 1e6, noNaN: true }));
  const any = perNeuron(channels, anyWeight);
  const delays = perNeuron(channels, fc.double({ min: 0, max: 1000 * dt, noNaN: true }));
  return fc.oneof(
    fc
      .array(anyWeight, { minLength: channels, maxLength: channels })
      .map((factors) => scale({ scale: factors })),
    delays.map((seconds) => delay({ channels, delay: seconds, dt })),
    fc
      .record(
        { ...fixed, tauMem: tau, tauSyn: tau, bias: any, resistance: any, leak: any },
        { requiredKeys: ['neurons', 'dt', 'tauMem'] },
      )
      .map((given) => li(given)),
    fc
      .record({ ...fixed, resistance: any }, { requiredKeys: ['neurons', 'dt'] })
      .map((given) => integrator(given)),
  );
}

const anyName = fc.string({ minLength: 1, maxLength: 6 }).filter((name) => !name.includes(':'));
const names = fc.uniqueArray(anyName, { minLength: 9, maxLength: 9 });

/** Pipelines of one to three populations with or without weights and other stages between them. */
export const anyPipeline: fc.Arbitrary<Pipeline> = fc
  .tuple(
    fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.boolean(), fc.boolean()), {
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
    for (const [size, weighted, more] of sizes) {
      if (more) stages.push(between(width, dt));
      if (weighted || width !== size) {
        const bias = fc.option(perNeuron(size, anyWeight), { nil: undefined });
        stages.push(
          fc
            .tuple(rows(width, size), bias)
            .map(([weight, added]) =>
              linear({ weight, ...(added === undefined ? {} : { bias: added }) }),
            ),
        );
      }
      stages.push(population(size, dt));
      width = size;
    }
    return fc
      .tuple(...stages)
      .map((all) => pipeline(...all.map((stage, i) => ({ ...stage, name: labels[i]! }))));
  });
