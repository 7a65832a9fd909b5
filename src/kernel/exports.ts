/** What the kernel offers, in WebAssembly and as machine code. */

/** Runs a block on the drive that stands in it; `feed`, `input` and `bias` are 0. */
type Forward = (
  block: number,
  workspace: number,
  steps: number,
  vectors: number,
  feed: number,
  input: number,
  recurrent: number,
  bias: number,
) => void;

/** Goes back through a block from the gradient in the workspace. */
type BackFromOuter = (
  block: number,
  workspace: number,
  steps: number,
  vectors: number,
  recurrent: number,
  feed: number,
  below: number,
  belowVectors: number,
) => void;

/** Runs on the drive from the state that stands there; spikes, as u32, or values, as f32, take its place. */
type Stream = (
  coefficients: number,
  state: number,
  drive: number,
  steps: number,
  rows: number,
  vectors: number,
  recurrent: number,
  workspace: number,
) => void;

/** Its functions. Pointers are bytes; records are described in `assembly`. */
export interface KernelExports {
  /** Brings the copies of a matrix up to date with its weights. */
  publish(matrix: number): void;
  readonly forward: Forward;
  readonly backFromOuter: BackFromOuter;
  /** Sorts spikes by time into spikes by channel. */
  transpose(list: number, rows: number, into: number, channels: number): void;
  /** Works out the gradient of a thread's share of a matrix. */
  gradientOf(matrix: number, thread: number, threads: number): void;
  /** Rounds runs of f64 to runs of f32; strides are bytes. */
  packInput(
    from: number,
    fromStride: number,
    to: number,
    toStride: number,
    pieces: number,
    length: number,
  ): void;
  /** Copies rows of u32 so that nothing is between them; returns the largest. */
  unpackSpikes(from: number, fromStride: number, to: number, rows: number, length: number): number;
  /** Copies rows of f32 as f64 so that nothing is between them. */
  unpackValues(from: number, fromStride: number, to: number, rows: number, length: number): void;
  /** Copies bytes to u32, or to f32. */
  widenBytes(from: number, to: number, length: number, real: boolean): void;
  /** Lists the counts of rows that are not zero; returns the largest. */
  scan(from: number, stride: number, steps: number, channels: number, list: number): number;
  /** Runs trials through all populations of a chain. */
  runChain(chain: number, trials: number, from: number, steps: number): void;
  readonly stream: Stream;
  /** Loss and gradient. */
  evaluate(learner: number): void;
  /** Learns for a number of epochs. */
  learnEpochs(learner: number, thread: number, first: number, epochs: number, count: number): void;
}
