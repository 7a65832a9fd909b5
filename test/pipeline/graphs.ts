import fc from 'fast-check';
import {
  delay,
  feedback,
  integrateAndFire,
  li,
  lif,
  linear,
  type Pipeline,
  type PipelinePart,
  parallel,
  pipeline,
  residual,
  scale,
  threshold,
} from 'spikeline';

const dt = 1e-3;
const small = fc.integer({ min: -12, max: 20 }).map((value) => value / 8);

function list(length: number): fc.Arbitrary<number[]> {
  return fc.array(small, { minLength: length, maxLength: length });
}

function rows(count: number, width: number): fc.Arbitrary<number[][]> {
  return fc.array(list(width), { minLength: count, maxLength: count });
}

/** A list of parts one after the other, from `width` channels to as many. */
export type Parts = PipelinePart[];

/** One stage that keeps the width. */
function stage(width: number): fc.Arbitrary<PipelinePart> {
  const neurons = width;
  const recurrent = fc.option(rows(width, width), { nil: undefined });
  const back = (weights: number[][] | undefined) =>
    weights === undefined ? {} : { recurrent: weights };
  return fc.oneof(
    rows(width, width).map((weight) => linear({ weight })),
    list(width).map((factors) => scale({ scale: factors })),
    list(width).map((levels) => threshold({ threshold: levels })),
    fc.nat(3).map((steps) => delay({ channels: width, delay: steps * dt, dt })),
    fc.constant(li({ neurons, tauMem: 5e-3, dt })),
    recurrent.map((weights) => lif({ neurons, tauMem: 5e-3, tauSyn: 3e-3, dt, ...back(weights) })),
    recurrent.map((weights) =>
      integrateAndFire({ neurons, resistance: 300, dt, ...back(weights) }),
    ),
  );
}

/** Parts that keep the width, with branches and loops up to a depth. */
export function anyParts(width: number, depth: number, joins: boolean = true): fc.Arbitrary<Parts> {
  const one = stage(width).map((own): Parts => [own]);
  if (depth === 0) return one;
  const inner = anyParts(width, depth - 1, joins);
  const added = fc
    .array(inner, { minLength: 1, maxLength: 3 })
    .map((branches): Parts => [parallel(...branches, { join: 'add' })]);
  const beside = fc
    .tuple(inner, inner, rows(2 * width, width))
    .map(
      ([first, second, weight]): Parts => [
        parallel(first, second, { join: 'concatenate' }),
        linear({ weight }),
      ],
    );
  return fc.oneof(
    one,
    fc.tuple(inner, inner).map(([first, second]) => [...first, ...second]),
    inner.map((parts): Parts => [residual(...parts)]),
    inner.map((parts): Parts => [feedback(...parts)]),
    added,
    ...(joins ? [beside] : []),
  );
}

/** Pipelines with branches and loops; without stages that put channels side by side where `joins` is false. */
export function anyGraphPipeline(joins: boolean = true): fc.Arbitrary<Pipeline> {
  return fc
    .integer({ min: 1, max: 3 })
    .chain((width) =>
      fc
        .tuple(anyParts(width, 2, joins), rows(width, 2))
        .map(([parts, weight]) =>
          pipeline(...parts, linear({ weight }), lif({ neurons: 2, tauMem: 5e-3, dt })),
        ),
    );
}
