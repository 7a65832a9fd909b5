/** The fields that each primitive of NIR has. */
import type { NirArray, NirPrimitive } from './graph/types.ts';

/** What a field of a primitive holds. */
export type FieldForm =
  /** Numbers of any shape. */
  | 'array'
  /** One whole number. */
  | 'whole'
  /** A list of whole numbers. */
  | 'wholes'
  /** One whole number or a list. */
  | 'size'
  /** A size, or a word. */
  | 'padding';

/** A field of a primitive. */
export interface Field {
  readonly form: FieldForm;
  /** What it is where the file has none; a field without must be there, unless it is optional. */
  readonly missing?: number;
  /** Whether it may be left out for good. */
  readonly optional?: true;
}

type PrimitiveName = NirPrimitive['type'];
type FieldsOf<Name extends PrimitiveName> = Exclude<
  keyof Extract<NirPrimitive, { readonly type: Name }>,
  'type' | 'metadata' | 'ignored'
>;

const array: Field = { form: 'array' };
const zeros: Field = { form: 'array', missing: 0 };
const ones: Field = { form: 'array', missing: 1 };
const wholes: Field = { form: 'wholes' };
const size: Field = { form: 'size' };

const port = { shape: wholes };
const pool = { kernel_size: size, stride: size, padding: size };
const convolution = {
  input_shape: { form: 'size', optional: true },
  weight: array,
  stride: size,
  padding: { form: 'padding' },
  dilation: size,
  groups: { form: 'whole' },
  bias: array,
} as const;
const li = { tau: array, r: array, v_leak: array };
const cubaLi = { tau_syn: array, tau_mem: array, r: array, v_leak: array, w_in: ones };
const firing = { v_threshold: array, v_reset: zeros };

const primitives: {
  readonly [Name in PrimitiveName]: { readonly [field in FieldsOf<Name>]: Field };
} = {
  Input: port,
  Output: port,
  Linear: { weight: array },
  Affine: { weight: array, bias: array },
  Conv1d: convolution,
  Conv2d: convolution,
  SumPool2d: pool,
  AvgPool2d: pool,
  Flatten: {
    start_dim: { form: 'whole', missing: 1 },
    end_dim: { form: 'whole', missing: -1 },
    input_type: { form: 'wholes', optional: true },
  },
  Scale: { scale: array },
  Delay: { delay: array },
  Threshold: { threshold: array },
  I: { r: array },
  IF: { r: array, ...firing },
  LI: li,
  LIF: { ...li, ...firing },
  CubaLI: cubaLi,
  CubaLIF: { ...cubaLi, ...firing },
};

/** The fields of a primitive by name; undefined if there is no such primitive. */
export function fieldsOf(primitive: string): readonly (readonly [string, Field])[] | undefined {
  return primitive in primitives && Object.hasOwn(primitives, primitive)
    ? Object.entries(primitives[primitive as PrimitiveName])
    : undefined;
}

/** The arrays of a primitive by name. */
export function arraysOf(node: NirPrimitive): [string, NirArray][] {
  const values = new Map<string, unknown>(Object.entries(node));
  return (fieldsOf(node.type) ?? []).flatMap(([name, { form }]) =>
    form === 'array' ? [[name, values.get(name) as NirArray] as [string, NirArray]] : [],
  );
}
