/** What Spikeline needs of Lab Streaming Layer: streams that are found, heard and sent, on one clock. */

/** What a stream of Lab Streaming Layer says of itself. */
export interface LslDescription {
  /** Name, as instruments give it: `EEG-1`. */
  readonly name: string;
  /** What its samples are: `EEG`, `Markers`, `Spikes`. */
  readonly type: string;
  /** Values of a sample. */
  readonly channels: number;
  /** Samples for each second; 0 if they come at any time. */
  readonly rate: number;
  /** Whether samples are texts. */
  readonly texts: boolean;
  /** By which a stream is known that begins again; empty if it cannot be found again. */
  readonly source: string;
}

/** Samples as they came. */
export interface LslSamples {
  /** Times on the clock of who sends, seconds. */
  readonly times: Float64Array;
  /** Row-major `[samples × channels]`; empty for texts. */
  readonly values: Float64Array;
  /** A text for each sample; empty for numbers. */
  readonly texts: readonly string[];
}

/** How the clock of who sends lies on ours. */
export interface LslCorrection {
  /** A time on the clock of who sends, seconds. */
  readonly remote: number;
  /** What is added to it for ours, seconds. */
  readonly offset: number;
  /** How long the question took at most, seconds. */
  readonly uncertainty: number;
}

/** A stream that is heard. */
export interface LslInlet {
  /** What it says of itself. */
  readonly description: LslDescription;
  /** What has come since; undefined if nothing has. */
  pull(): LslSamples | undefined;
  /** Asks for the clock of who sends. */
  correction(): Promise<LslCorrection>;
  /** Whether the stream began again since the last call. */
  restarted(): boolean;
  /** Ends it; called once. */
  close(): Promise<void>;
}

/** A stream that is sent. */
export interface LslOutlet {
  /** Whether anybody hears it. */
  readonly heard: boolean;
  /**
   * Sends samples.
   *
   * @param times on our clock, seconds
   */
  send(times: Float64Array, values: Float64Array, texts: readonly string[]): void;
  /** Ends it; called once. */
  close(): void;
}

/** The library, or what stands in its place in tests. */
export interface LslApi {
  /** Our clock, seconds. */
  now(): number;
  /** Looks for streams for some seconds, or until one is found; none if none is. */
  find(predicate: string, seconds: number): Promise<LslInlet[]>;
  /** Opens a stream for others. */
  outlet(description: LslDescription, labels: readonly string[]): LslOutlet;
}
