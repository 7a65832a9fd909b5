import fc from 'fast-check';
import {
  delay,
  integrateAndFire,
  integrator,
  li,
  lif,
  linear,
  type PerNeuron,
  type Pipeline,
  pipeline,
  type StageDefinition,
  scale,
  threshold,
} from 'spikeline';
import type { NirArray, NirGraph, NirMetadata, NirNode } from 'spikeline/nir';

/** Names that a file can hold. */
const anyName = fc
  .oneof(
    fc.stringMatching(/^[a-z0-9._ -]{1,8}$/),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }),
    fc.constantFrom('0', '__proto__', 'constructor', 'type', 'lif1.w_rec'),
  )
  .filter((name) => name !== '.' && !/[/\p{Cs}]/u.test(name) && !name.includes('\0'));

const anyShape = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 });

/** Numbers of some shape, in either precision. */
function arrayOf(shape: readonly number[]): fc.Arbitrary<NirArray> {
  const length = shape.reduce((product, size) => product * size, 1);
  const size = { minLength: length, maxLength: length };
  return fc
    .oneof(fc.float32Array(size), fc.float64Array(size))
    .map((values) => ({ shape, values: values.slice() }));
}

const anyArray = anyShape.chain(arrayOf);
const anyWhole = fc.integer();
const anySize = fc.oneof(anyWhole, fc.array(anyWhole, { minLength: 1, maxLength: 3 }));
const anyWord = fc.string({ unit: 'grapheme' }).filter((word) => !word.includes('\0'));

const anyMetadata: fc.Arbitrary<NirMetadata> = fc.letrec<{ metadata: NirMetadata }>((tie) => ({
  metadata: fc.dictionary(
    anyName,
    fc.oneof(
      { maxDepth: 2 },
      anyWord,
      fc.array(anyWord, { minLength: 1, maxLength: 3 }),
      fc.double().map((value) => value + 0),
      anyWhole,
      anyArray.filter(({ shape }) => shape.length > 0),
      tie('metadata'),
    ),
    { maxKeys: 3 },
  ),
})).metadata;

function node<Type extends string, Fields extends object>(
  type: Type,
  fields: { [name in keyof Fields]: fc.Arbitrary<Fields[name]> },
): fc.Arbitrary<{ type: Type } & Fields & { metadata?: NirMetadata }> {
  return fc
    .tuple(fc.record(fields), fc.option(anyMetadata, { nil: undefined, freq: 4 }))
    .map(([given, metadata]) => ({ type, ...given, ...(metadata && { metadata }) }) as never);
}

const li1 = { tau: anyArray, r: anyArray, v_leak: anyArray };
const li2 = { tau_syn: anyArray, tau_mem: anyArray, r: anyArray, v_leak: anyArray, w_in: anyArray };
const firing = { v_threshold: anyArray, v_reset: anyArray };
const convolution = {
  weight: anyArray,
  stride: anySize,
  padding: fc.oneof(anySize, fc.constantFrom('same', 'valid')),
  dilation: anySize,
  groups: anyWhole,
  bias: anyArray,
};
const pool = { kernel_size: anySize, stride: anySize, padding: anySize };
const wholes = fc.array(anyWhole, { minLength: 1, maxLength: 3 });

const anyPrimitive: fc.Arbitrary<NirNode> = fc.oneof(
  node('Input', { shape: wholes }),
  node('Output', { shape: wholes }),
  node('Linear', { weight: anyArray }),
  node('Affine', { weight: anyArray, bias: anyArray }),
  node('Conv1d', convolution),
  node('Conv2d', { ...convolution, input_shape: anySize }),
  node('SumPool2d', pool),
  node('AvgPool2d', pool),
  node('Flatten', { start_dim: anyWhole, end_dim: anyWhole, input_type: wholes }),
  node('Flatten', { start_dim: anyWhole, end_dim: anyWhole }),
  node('Scale', { scale: anyArray }),
  node('Delay', { delay: anyArray }),
  node('Threshold', { threshold: anyArray }),
  node('I', { r: anyArray }),
  node('IF', { r: anyArray, ...firing }),
  node('LI', li1),
  node('LIF', { ...li1, ...firing }),
  node('CubaLI', li2),
  node('CubaLIF', { ...li2, ...firing }),
  node('unknown', {
    primitive: anyWord.map((word) => `My${word}`),
    fields: anyMetadata.map(({ type: _, metadata: __, ...fields }) => fields),
  }),
);

/** Graphs of any nodes and edges, sound or not. */
export const anyGraph: fc.Arbitrary<NirGraph> = fc
  .letrec<{ graph: NirGraph }>((tie) => ({
    graph: node('NIRGraph', {
      nodes: fc.dictionary(anyName, fc.oneof({ maxDepth: 2 }, anyPrimitive, tie('graph')), {
        maxKeys: 4,
      }),
      edges: fc.array(fc.tuple(anyWord, anyWord), { maxLength: 4 }),
    }),
  }))
  .graph.map((graph) => ({ ...graph, version: '0.2.0' }));

const anyNumber = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value + 0);
const anyTau = fc.double({ min: 1e-3, max: 1, noNaN: true });

function list(size: number, value: fc.Arbitrary<number> = anyNumber): fc.Arbitrary<number[]> {
  return fc.array(value, { minLength: size, maxLength: size });
}

function rows(pre: number, post: number): fc.Arbitrary<number[][]> {
  return fc.array(list(post), { minLength: pre, maxLength: pre });
}

function some<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(value, { nil: undefined });
}

/** Leaves out what is undefined. */
function given<T extends object>(values: T): { [name in keyof T]?: Exclude<T[name], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [name in keyof T]?: Exclude<T[name], undefined> };
}

/** A stage that takes `size` channels and gives as many. */
function stageOf(size: number, dt: number): fc.Arbitrary<StageDefinition> {
  const perNeuron: fc.Arbitrary<PerNeuron> = fc.oneof(anyNumber, list(size));
  const firing = {
    threshold: some(perNeuron),
    reset: some(perNeuron),
    recurrent: some(rows(size, size)),
  };
  const leaky = { resistance: some(perNeuron), leak: some(perNeuron) };
  const synapse = some(fc.record({ tauSyn: anyTau, inputWeight: perNeuron }));
  const base = { neurons: size, dt };
  return fc.oneof(
    list(size).map((factors) => scale({ scale: factors })),
    list(size, fc.double({ min: 0, max: 1, noNaN: true })).map((seconds) =>
      delay({ channels: size, dt, delay: seconds }),
    ),
    list(size).map((values) => threshold({ threshold: values })),
    fc.record({ resistance: perNeuron }).map((values) => integrator({ ...base, ...values })),
    fc
      .record({ resistance: perNeuron, ...firing })
      .map((values) => integrateAndFire({ ...base, ...given(values) })),
    fc
      .tuple(list(size, anyTau), fc.record(leaky), synapse)
      .map(([tauMem, values, slow]) => li({ ...base, tauMem, ...given(values), ...slow })),
    fc
      .tuple(list(size, anyTau), fc.record({ ...leaky, ...firing }), synapse)
      .map(([tauMem, values, slow]) => lif({ ...base, tauMem, ...given(values), ...slow })),
  );
}

/** Pipelines that NIR has all the words for, with any names. */
export const anyNirPipeline: fc.Arbitrary<Pipeline> = fc
  .tuple(
    fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
    fc.double({ min: 1e-6, max: 1e-3, noNaN: true }),
    fc.uniqueArray(anyName, { minLength: 9, maxLength: 9 }),
  )
  .chain(([sizes, dt, names]) => {
    const stages = sizes.flatMap((size, i): fc.Arbitrary<StageDefinition>[] => {
      const width = sizes[i + 1] ?? size;
      const product = fc
        .tuple(rows(size, width), some(list(width)))
        .map(([weight, bias]) => linear({ weight, ...given({ bias }) }));
      return [stageOf(size, dt), product];
    });
    const last = fc.constant(threshold({ threshold: new Array<number>(sizes.at(-1)!).fill(0) }));
    return fc
      .tuple(...stages, last)
      .map((all) => pipeline(...all.map((stage, i) => ({ ...stage, name: names[i]! }))));
  });
