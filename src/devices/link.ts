import type { ChipConfiguration } from '../chips/dynapse2/configuration.ts';
import type { DeviceError } from '../errors.ts';

/** Events as a board carries them. Both arrays have the same length and are not written again. */
export interface HardwareEvents {
  /** Microseconds of the board's clock; they wrap at 2^32 (after 71.6 minutes). */
  readonly timestamps: Uint32Array;
  /** Event words, see `eventWord`. */
  readonly words: Uint32Array;
}

/** What a link has counted since it was opened. */
export interface LinkStatistics {
  /** Events for the chips that the host handed over. */
  readonly sent: number;
  /** Events that reached the chips at their time. */
  readonly delivered: number;
  /** Events that came after their time and were passed on at once. */
  readonly late: number;
  /** Events that the input FIFO had no room for. */
  readonly dropped: number;
  /** Events that the host was given. */
  readonly received: number;
  /** Events that the output FIFO had no room for. */
  readonly overflowed: number;
}

/** Hears what a link has to say. */
export interface LinkListener {
  /** Takes events, oldest first. */
  events(events: HardwareEvents): void;
  /** Learns that the link is gone; `cause` is absent where it was closed on purpose. */
  closed?(cause?: DeviceError): void;
}

/** What is known of a board. */
export interface LinkInfo {
  /** What it is. */
  readonly name: string;
  /** Serial number, or what stands for it. */
  readonly serial: string;
  /** Name of the chip family that knows its configurations and words. */
  readonly family: string;
  /** Chips on the board. */
  readonly chips: number;
  /** Whether its clock runs by itself, so that events must be there in time. */
  readonly realTime: boolean;
}

/** An open device: a board, virtual or real, that takes configurations and events. */
export interface Link {
  /** What is known of the board. */
  readonly info: LinkInfo;
  /** Whether the link can be used no more. */
  readonly closed: boolean;
  /** Counts since opening; live. */
  readonly statistics: LinkStatistics;
  /**
   * Configures the chips and puts them to rest.
   *
   * @throws InvalidArgumentError where the configuration fits no chip
   * @throws DeviceError `disconnected` where the link is closed
   */
  configure(configuration: ChipConfiguration): Promise<void>;
  /**
   * Hands over events sorted by time. Each is emitted at its own time; those that are late, at once.
   * An echo word comes back with a fresh timestamp once its time has come.
   *
   * @throws DeviceError `disconnected` where the link is closed
   */
  send(events: HardwareEvents): void;
  /**
   * Asks for the board's time: an echo comes back among the events with a fresh timestamp.
   *
   * @throws DeviceError `disconnected` where the link is closed
   */
  echo(): void;
  /** Listens until the returned function is called. */
  listen(listener: LinkListener): () => void;
  /** Closes the link and frees everything; may be called twice. */
  close(): Promise<void>;
}
