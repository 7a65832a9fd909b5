/** Graphs of the Neuromorphic Intermediate Representation as plain data. */
import type { Problem } from '../../problems.ts';

/** Numbers of any shape, row-major; a single number has the shape `[]`. */
export interface NirArray {
  /** Length of each dimension. */
  readonly shape: readonly number[];
  /** The numbers, in the precision that the file has. */
  readonly values: Float32Array | Float64Array;
}

/** Free-form remarks of the writer, on which nothing may depend; `dt` is often among them. */
export interface NirMetadata {
  readonly [name: string]: string | readonly string[] | number | NirArray | NirMetadata;
}

/** What every node may have. */
interface NirNodeBase {
  /** Free-form remarks of the writer. */
  readonly metadata?: NirMetadata;
  /** Fields of the file that the primitive does not have; their values are not kept. */
  readonly ignored?: readonly string[];
}

/** Where values of a shape enter or leave a graph. */
export interface NirPort extends NirNodeBase {
  readonly type: 'Input' | 'Output';
  /** Shape of what passes. */
  readonly shape: readonly number[];
}

/** y = W·x. */
export interface NirLinear extends NirNodeBase {
  readonly type: 'Linear';
  /** Weights `[…, post, pre]`: the other way round than in a pipeline. */
  readonly weight: NirArray;
}

/** y = W·x + b. */
export interface NirAffine extends NirNodeBase {
  readonly type: 'Affine';
  /** Weights `[…, post, pre]`: the other way round than in a pipeline. */
  readonly weight: NirArray;
  /** Added to each output. */
  readonly bias: NirArray;
}

/** A convolution in one or two dimensions. */
export interface NirConvolution extends NirNodeBase {
  readonly type: 'Conv1d' | 'Conv2d';
  /** Size of what enters, without channels. */
  readonly input_shape?: number | readonly number[];
  /** Kernels `[post channels, pre channels, …]`. */
  readonly weight: NirArray;
  readonly stride: number | readonly number[];
  readonly padding: number | readonly number[] | string;
  readonly dilation: number | readonly number[];
  readonly groups: number;
  readonly bias: NirArray;
}

/** Sums or means over windows. */
export interface NirPool extends NirNodeBase {
  readonly type: 'SumPool2d' | 'AvgPool2d';
  readonly kernel_size: number | readonly number[];
  readonly stride: number | readonly number[];
  readonly padding: number | readonly number[];
}

/** Merges dimensions; a row-major list stays as it is. */
export interface NirFlatten extends NirNodeBase {
  readonly type: 'Flatten';
  readonly start_dim: number;
  readonly end_dim: number;
  /** Shape of what enters. */
  readonly input_type?: readonly number[];
}

/** y = s·x, element by element. */
export interface NirScale extends NirNodeBase {
  readonly type: 'Scale';
  readonly scale: NirArray;
}

/** y(t) = x(t - delay). */
export interface NirDelay extends NirNodeBase {
  readonly type: 'Delay';
  /** Seconds. */
  readonly delay: NirArray;
}

/** A spike wherever x > threshold. */
export interface NirThreshold extends NirNodeBase {
  readonly type: 'Threshold';
  readonly threshold: NirArray;
}

/** dv/dt = R·I. */
export interface NirIntegrator extends NirNodeBase {
  readonly type: 'I';
  readonly r: NirArray;
}

/** dv/dt = R·I; a spike where v > v_threshold, then v = v_reset. */
export interface NirIntegrateAndFire extends NirNodeBase {
  readonly type: 'IF';
  readonly r: NirArray;
  readonly v_threshold: NirArray;
  /** 0 where the file has none. */
  readonly v_reset: NirArray;
}

/** tau·dv/dt = v_leak - v + R·I. */
export interface NirLeakyIntegrator extends NirNodeBase {
  readonly type: 'LI';
  /** Seconds. */
  readonly tau: NirArray;
  readonly r: NirArray;
  readonly v_leak: NirArray;
}

/** As {@link NirLeakyIntegrator}; a spike where v > v_threshold, then v = v_reset. */
export interface NirLif extends NirNodeBase {
  readonly type: 'LIF';
  /** Seconds. */
  readonly tau: NirArray;
  readonly r: NirArray;
  readonly v_leak: NirArray;
  readonly v_threshold: NirArray;
  /** 0 where the file has none. */
  readonly v_reset: NirArray;
}

/** tau_syn·dI/dt = w_in·S - I; tau_mem·dv/dt = v_leak - v + R·I. */
export interface NirCubaLi extends NirNodeBase {
  readonly type: 'CubaLI';
  /** Seconds. */
  readonly tau_syn: NirArray;
  /** Seconds. */
  readonly tau_mem: NirArray;
  readonly r: NirArray;
  readonly v_leak: NirArray;
  /** 1 where the file has none. */
  readonly w_in: NirArray;
}

/** As {@link NirCubaLi}; a spike where v > v_threshold, then v = v_reset. */
export interface NirCubaLif extends NirNodeBase {
  readonly type: 'CubaLIF';
  /** Seconds. */
  readonly tau_syn: NirArray;
  /** Seconds. */
  readonly tau_mem: NirArray;
  readonly r: NirArray;
  readonly v_leak: NirArray;
  /** 1 where the file has none. */
  readonly w_in: NirArray;
  readonly v_threshold: NirArray;
  /** 0 where the file has none. */
  readonly v_reset: NirArray;
}

/** A primitive that is not known here. */
export interface NirUnknown extends NirNodeBase {
  readonly type: 'unknown';
  /** What the file calls it. */
  readonly primitive: string;
  /** Its fields, as far as they are numbers and words. */
  readonly fields: NirMetadata;
}

/**
 * A graph of nodes, each of which may be a graph itself. Fields are called as in the file; numbers
 * have no unit but times, which are seconds in the files there are.
 */
export interface NirGraph extends NirNodeBase {
  readonly type: 'NIRGraph';
  /** Nodes by name. */
  readonly nodes: Readonly<Record<string, NirNode>>;
  /** Names of source and target of each edge, in no order. */
  readonly edges: readonly (readonly [string, string])[];
  /** What the writer says of itself; in the outermost graph only. */
  readonly version?: string;
}

/** A node of a graph. */
export type NirNode =
  | NirPort
  | NirLinear
  | NirAffine
  | NirConvolution
  | NirPool
  | NirFlatten
  | NirScale
  | NirDelay
  | NirThreshold
  | NirIntegrator
  | NirIntegrateAndFire
  | NirLeakyIntegrator
  | NirLif
  | NirCubaLi
  | NirCubaLif
  | NirUnknown
  | NirGraph;

/** Nodes that are neither graphs nor unknown. */
export type NirPrimitive = Exclude<NirNode, NirGraph | NirUnknown>;

/** Something to say of a node; of the whole graph where `node` is empty. */
export interface NirRemark extends Problem {
  /** Name of the node, with dots between the names of nested graphs. Its path is within the node. */
  readonly node: string;
}
