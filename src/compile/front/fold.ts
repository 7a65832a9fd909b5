import { type Matrix, matrix } from '../../matrix.ts';
import { delaySteps } from '../../stages/delay/definition.ts';
import type { LinearStage } from '../../stages/linear/definition.ts';
import type { ScaleStage } from '../../stages/scale/definition.ts';
import type { Stage } from '../../stages/stage.ts';

/** The same matrix with each row times a factor of its own. */
function scaleRows({ rows, columns, values }: Matrix, factors: Float64Array): Matrix {
  return {
    rows,
    columns,
    // Adding zero turns -0, which JSON does not know, into 0.
    values: values.map((value, i) => value * factors[Math.floor(i / columns)]! + 0),
  };
}

/** The same matrix with each column times a factor of its own. */
export function scaleColumns({ rows, columns, values }: Matrix, factors: Float64Array): Matrix {
  return { rows, columns, values: values.map((value, i) => value * factors[i % columns]! + 0) };
}

/** A linear stage whose output is scaled: its weights are, and its bias. */
export function scaleOutput(stage: LinearStage, factors: Float64Array): LinearStage {
  const { weight, bias } = stage;
  return {
    ...stage,
    weight: scaleColumns(weight, factors),
    ...(bias === undefined ? {} : { bias: bias.map((value, c) => value * factors[c]!) }),
  };
}

/** Weights that only scale. */
function diagonal({ kind: _, scale, ...base }: ScaleStage): LinearStage {
  const rows = Array.from(scale, (factor, r) =>
    Array.from(scale, (_, c) => (r === c ? factor : 0)),
  );
  return { ...base, kind: 'linear', weight: matrix(rows) };
}

/**
 * The same stages with every scale in the matrix beside it, or as a matrix of its own where there is
 * none, and without delays that hold nothing back. A chip has matrices only.
 */
export function foldScales(stages: readonly Stage[]): Stage[] {
  const folded: Stage[] = [];
  for (const stage of stages) {
    const before = folded.at(-1);
    if (stage.kind === 'delay' && delaySteps(stage).every((steps) => steps === 0)) continue;
    if (stage.kind === 'scale' && before?.kind === 'linear') {
      folded.splice(-1, 1, scaleOutput(before, stage.scale));
    } else if (stage.kind === 'scale' && before?.kind === 'scale') {
      const scale = stage.scale.map((factor, c) => factor * before.scale[c]!);
      folded.splice(-1, 1, { ...before, scale });
    } else if (stage.kind === 'linear' && before?.kind === 'scale') {
      folded.splice(-1, 1, { ...stage, weight: scaleRows(stage.weight, before.scale) });
    } else {
      folded.push(stage);
    }
  }
  return folded.map((stage) => (stage.kind === 'scale' ? diagonal(stage) : stage));
}
