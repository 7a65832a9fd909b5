/** Values on the way between two stages and the gradient on the way back, `[steps][trials][channels]`. */
export interface Wire {
  readonly values: Float64Array;
  readonly gradient: Float64Array;
}

/** A wire of so many values, all zero. */
export function newWire(size: number): Wire {
  return { values: new Float64Array(size), gradient: new Float64Array(size) };
}

/** A stage that runs over all steps, and back. */
export interface GradientStage {
  /** Takes what is on the wire before it, and fills the one after it. */
  forward(): void;
  /** Takes the gradient on the wire after it, fills that on the one before, and adds to its weights'. */
  backward(): void;
}
