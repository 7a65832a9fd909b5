import { isMatrix, type MatrixInput, matrix, matrixShapeProblem } from '../matrix.ts';

/** Lists what is wrong with a matrix of weights. */
export function weightProblems(label: string, input: MatrixInput): string[] {
  const shape = matrixShapeProblem(input);
  if (shape !== undefined) return [`${label}: ${shape}`];
  const { rows, columns, values } = matrix(input);
  const problems = rows * columns === 0 ? [`${label} is ${rows}×${columns}; it needs entries`] : [];
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const place = `${label}[${Math.floor(bad / columns)}][${bad % columns}]`;
    problems.push(`${place} is ${values[bad]}; a finite number is needed`);
  }
  return problems;
}

/** Rows and columns of a matrix, sound or not. */
export function sizeOf(input: MatrixInput): { rows: number; columns: number } {
  return isMatrix(input) ? input : { rows: input.length, columns: input[0]?.length ?? 0 };
}

/** Lists what is wrong with weights between the neurons of one population, of `channels` input channels. */
export function recurrentProblems(
  recurrent: MatrixInput | undefined,
  neurons: number,
  channels: number = neurons,
): string[] {
  if (recurrent === undefined) return [];
  const problems = weightProblems('recurrent', recurrent);
  const { rows, columns } = sizeOf(recurrent);
  if (
    countProblems('neurons', neurons).length === 0 &&
    (rows !== neurons || columns !== channels)
  ) {
    problems.push(`recurrent is ${rows}×${columns}; ${neurons}×${channels} is needed`);
  }
  return problems;
}

/** Neurons of a stage at most: with 24 parameters each, this fills 200 MB. */
const mostNeurons = 2 ** 20;

/** Says what is wrong with a number of neurons or channels, if anything. */
export function countProblems(label: string, count: number): string[] {
  return Number.isSafeInteger(count) && count > 0 && count <= mostNeurons
    ? []
    : [`${label} is ${count}; a whole number from 1 to ${mostNeurons} is needed`];
}

/** Says what is wrong with a step, if anything. */
export function stepProblems(dt: number | undefined): string[] {
  return dt === undefined || (Number.isFinite(dt) && dt > 0)
    ? []
    : [`dt is ${dt}; seconds above 0 are needed`];
}
