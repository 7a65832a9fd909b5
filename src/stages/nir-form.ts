/** What a kind of stage is in NIR. */
import type { Matrix } from '../matrix.ts';
import type { NirNode, NirPrimitive } from '../nir/graph/types.ts';

/** What a node is told when it becomes a stage. */
export interface NodeContext {
  readonly name: string;
  /** Number of channels that leave the node. */
  readonly size: number;
  /** Step, seconds. */
  readonly dt: number;
  /** Weights of what comes back from it to itself. */
  readonly recurrent?: Matrix;
}

/** What a kind of stage is in NIR, both ways; or why it has no form there. */
export type NirForm<Definition, Stage> =
  | NirNodeForm<NirPrimitive, Definition, Stage>
  /** What several edges bring to a node is added, so a node that hands it on is a stage that adds. */
  | { readonly form: 'sum'; node(stage: Stage): NirNode }
  | { readonly form: 'none'; readonly needed: string };

/** A kind of stage that is a node in NIR. */
export interface NirNodeForm<Node extends NirPrimitive, Definition, Stage> {
  readonly form: 'node';
  /** Types of the nodes that become such stages. */
  readonly types: readonly Node['type'][];
  /** Whether the trainable weights of a stage are what comes back from it to itself: a node of their own. */
  readonly recurrent?: true;
  /** The same stage with something added to all that leaves it; only kinds that can do so have it. */
  withBias?(definition: Definition, bias: readonly number[]): Definition;
  /** The stage that a node becomes. */
  definition(node: Node, context: NodeContext): Definition;
  /** The node that a stage becomes. */
  node(stage: Stage): NirNode;
}
