/** Fields of something, whatever they hold. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether something has fields. */
export function hasFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
