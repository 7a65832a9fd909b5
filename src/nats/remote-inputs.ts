/** What goes to a run on another machine: what waits, what is under way, and what is lost if that machine is gone. */
import { isPacket, type TargetInput } from '../pipeline/target.ts';

/** Something that goes to a run, in order. */
export type Step = { readonly input: TargetInput; readonly bytes: number } | 'reset' | 'end';

/** Keeps the inputs of a run until they are answered. */
export interface RemoteInputs {
  /** Bytes that wait to be sent. */
  readonly waiting: number;
  /** Adds a step at the end. */
  add(step: Step): void;
  /** Gives what is to be sent next; undefined if nothing is, or too much is under way. */
  next(): Step | undefined;
  /** Notes that the first input under way is answered, and with it all orders before it. */
  answered(): void;
  /** Takes back what is under way: it is to be sent again. */
  takeBack(): void;
  /**
   * Events of inputs that were answered, at or after a time, up to which outputs have come: they lay in a bin that had
   * begun, and only the server knew them.
   */
  unfinished(reached: number): number;
  /** What is not answered, in words. */
  text(reached: number | undefined): string;
  /** Forgets everything. */
  clear(): void;
}

/** Inputs that are under way at once, and bytes in them. */
const most = { inputs: 1024, bytes: 2 ** 23 } as const;

function bytesOf(input: TargetInput): number {
  return isPacket(input) ? 12 * input.addresses.length : input.counts.byteLength;
}

/** The step of an input. */
export function inputStep(input: TargetInput): Step {
  return { input, bytes: bytesOf(input) };
}

/** Makes what keeps the inputs of a run. */
export function remoteInputs(): RemoteInputs {
  let waiting: Step[] = [];
  let underWay: Step[] = [];
  let inputs = 0;
  let bytes = 0;
  let waitingBytes = 0;
  /** Times of the last packet that was answered. */
  let tail: Float64Array | undefined;
  return {
    get waiting() {
      return waitingBytes;
    },
    add(step) {
      waiting.push(step);
      if (typeof step === 'object') waitingBytes += step.bytes;
    },
    next() {
      if (inputs >= most.inputs || (inputs > 0 && bytes >= most.bytes)) return undefined;
      const step = waiting.shift();
      if (step === undefined) return undefined;
      underWay.push(step);
      if (typeof step === 'object') {
        inputs++;
        bytes += step.bytes;
        waitingBytes -= step.bytes;
      }
      return step;
    },
    answered() {
      let step = underWay.shift();
      while (step === 'reset') step = underWay.shift();
      if (typeof step === 'object') {
        inputs--;
        bytes -= step.bytes;
        if (isPacket(step.input)) tail = step.input.timestamps;
      } else if (step === 'end') underWay.unshift(step);
    },
    takeBack() {
      waiting = [...underWay, ...waiting];
      waitingBytes += bytes;
      underWay = [];
      inputs = 0;
      bytes = 0;
    },
    unfinished(reached) {
      const times = tail ?? new Float64Array(0);
      tail = undefined;
      return times.filter((time) => time >= reached).length;
    },
    text(reached) {
      if (inputs === 0) return 'every input was answered';
      const after = reached === undefined ? '' : `, after ${reached} µs`;
      return `${inputs} ${inputs === 1 ? 'input was' : 'inputs were'} not answered${after}`;
    },
    clear() {
      waiting = [];
      underWay = [];
      inputs = 0;
      bytes = 0;
      waitingBytes = 0;
    },
  };
}
