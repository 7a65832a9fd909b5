/** What every camera can be told. */

/** Calls of an open camera. */
export interface CameraCalls {
  /** Sets everything that a camera needs before it starts. */
  configure(biases: object): Promise<void>;
  /** Lets it send; `listen` is called when its stream has to be read. */
  start(listen: () => void): Promise<void>;
  stop(): Promise<void>;
  /** Sets its clock back to zero. */
  resetTime(): Promise<void>;
  /** Events that it had no room for, so far; absent if it does not count them. */
  dropped?(): Promise<number>;
}
