/** Lets everything else have its turn: signals are heard between two pieces of work, not in one. */
export async function turn(): Promise<void> {
  // The first may come before the next look at what the system has to say, the second comes after it.
  for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve));
}
