import { match, P } from 'ts-pattern';
import type { FlatNode } from './flatten.ts';
import type { NirArray, NirCubaLif, NirLif } from './graph.ts';
import { shapeText } from './shapes.ts';

/** Lists why a node cannot run in a simulator, whatever its neighbours. */
export function simulatorReasons(node: FlatNode): string[] {
  return match(node)
    .with({ type: 'unknown' }, ({ primitive }) => [
      `${primitive} is no primitive that is known here`,
    ])
    .with({ type: P.union('Conv1d', 'Conv2d', 'SumPool2d', 'AvgPool2d') }, ({ type }) => [
      `there is no stage for ${type}; write it as a Linear with the weights that it unrolls to`,
    ])
    .with({ type: P.union('Linear', 'Affine') }, ({ type, weight: { shape } }) =>
      shape.length === 2
        ? []
        : [
            `a ${type} whose weight has the shape ${shapeText(shape)} does not run; two dimensions do`,
          ],
    )
    .otherwise(() => []);
}

/** Lists why a node cannot be on a chip, as far as it tells by itself. */
export function chipReasons(node: FlatNode): string[] {
  return match(node)
    .with({ type: 'unknown' }, ({ primitive }) => [`the chip has no ${primitive}`])
    .with({ type: P.union('Conv1d', 'Conv2d', 'SumPool2d', 'AvgPool2d') }, ({ type }) => [
      `the chip has no ${type}, only synapses; write it as a Linear`,
    ])
    .with({ type: P.union('LI', 'CubaLI', 'I', 'IF', 'Threshold', 'Delay') }, ({ type }) => [
      `the chip has no ${type}; take CubaLIF neurons`,
    ])
    .with({ type: 'LIF' }, (node) => [
      'a synapse on the chip has a time constant; take CubaLIF neurons',
      ...firingReasons(node),
    ])
    .with({ type: 'CubaLIF' }, firingReasons)
    .with({ type: 'Affine' }, ({ bias }) =>
      zero(bias) ? [] : ['bias is not 0; the chip only adds up spikes, give it to the neurons'],
    )
    .with({ type: P.union('Linear', 'Scale', 'Input', 'Output', 'Flatten') }, () => [])
    .exhaustive();
}

function firingReasons({ v_leak, v_reset }: NirLif | NirCubaLif): string[] {
  return [
    ...(zero(v_leak) ? [] : ['v_leak is not 0; on the chip the membrane leaks to 0']),
    ...(zero(v_reset) ? [] : ['v_reset is not 0; on the chip it is reset to 0']),
  ];
}

function zero({ values }: NirArray): boolean {
  return values.every((value) => value === 0);
}
