/** What the page tells of devices in a browser. */
export interface Found {
  /** Names of devices that were listed. */
  readonly names: readonly (string | undefined)[];
  /** Events of the camera: how many, and the last time. */
  readonly pixels: number;
  readonly until: number;
  /** What the camera told when it was unplugged. */
  readonly told: string;
  /** Words that were written to the chips of the board, and spikes that they answered a burst with. */
  readonly written: number;
  readonly spikes: number;
  /** Transfers that wait, and devices that are open, at the end. */
  readonly left: number;
}
