/** Lets everything else have its turn: signals are heard between two pieces of work, not in one. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
