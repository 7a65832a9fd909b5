/** Remarks on the nodes of a graph. */
import { fault, type Problem, type ProblemCode } from '../problems.ts';
import type { NirRemark } from './graph/types.ts';

/** Says something of a node. */
export function remark(node: string, code: ProblemCode, needed: string): NirRemark {
  return { node, ...fault('', code, needed) };
}

/** The same problems, of a node. */
export function remarksOn(node: string, problems: readonly Problem[]): NirRemark[] {
  return problems.map((problem) => ({ node, ...problem }));
}
