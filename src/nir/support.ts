/** What keeps single nodes from a simulator or a chip, whatever their neighbours. */
import { fault, type Problem } from '../problems.ts';
import { buildStage, chipForm, stageProblems } from '../stages/stage.ts';
import type { FlatNode } from './flatten.ts';
import { formOf } from './forms.ts';
import { ownShape, shapeText, sizeOf } from './shapes.ts';

/** Nodes that only say where values enter and leave, or in what shape. */
const shaping: readonly FlatNode['type'][] = ['Input', 'Output', 'Flatten'];

function unsupported(needed: string): Problem[] {
  return [fault('', 'unsupported', needed)];
}

/** Lists why a node cannot run in a simulator, whatever its neighbours. */
export function simulatorProblems(node: FlatNode): Problem[] {
  const { type } = node;
  if (type === 'unknown')
    return unsupported(`${node.primitive} is no primitive that is known here`);
  if (shaping.includes(type)) return [];
  if (formOf(type) === undefined) {
    return unsupported(
      `there is no stage for ${type}; write it as a Linear with the weights that it unrolls to`,
    );
  }
  if ((type === 'Linear' || type === 'Affine') && node.weight.shape.length !== 2) {
    const shape = shapeText(node.weight.shape);
    return unsupported(
      `a ${type} whose weight has the shape ${shape} does not run; two dimensions do`,
    );
  }
  return [];
}

/** Step that a node alone is looked at with: the shortest, in which nothing diverges. */
const shortest = Number.MIN_VALUE;

/** Lists why a node cannot be on a chip, as far as it tells by itself. */
export function chipProblems(node: FlatNode): Problem[] {
  const { type } = node;
  if (type === 'unknown') return unsupported(`the chip has no ${node.primitive}`);
  if (shaping.includes(type)) return [];
  const form = formOf(type);
  if (form === undefined) {
    return unsupported(`the chip has no ${type}, only synapses; write it as a Linear`);
  }
  if (simulatorProblems(node).length > 0) return [];
  const size = sizeOf(
    node.type === 'Linear' || node.type === 'Affine'
      ? [node.weight.shape[0]!]
      : (ownShape(node) ?? []),
  );
  const definition = form.definition(node, { name: '_', size, dt: shortest });
  if (stageProblems(definition, '').length > 0) return [];
  const become = chipForm(buildStage(definition, ''));
  return become.form === 'none' ? [...become.problems] : [];
}
