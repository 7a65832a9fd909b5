/** The longest that a test waits for something, in ms: less than its own limit, which could not say for what. */
const LIMIT = 50_000;

/** Waits until something of the world outside (a socket, a file, a process) holds, however busy the machine is. */
export async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + LIMIT;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`it does not come: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
