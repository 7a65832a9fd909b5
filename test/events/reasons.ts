import { InvalidArgumentError, UnsupportedPipelineError } from 'spikeline';

/** The reasons with which `make` is refused; none where it is not. Other failures go through. */
export function reasonsOf(make: () => unknown): readonly string[] {
  try {
    make();
  } catch (cause) {
    if (cause instanceof InvalidArgumentError || cause instanceof UnsupportedPipelineError) {
      return cause.reasons;
    }
    throw cause;
  }
  return [];
}
