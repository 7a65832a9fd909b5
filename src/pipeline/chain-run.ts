/** Runs a pipeline that its engine runs as one, on slices of time. */
import type { CompiledChain } from './chain.ts';
import type { Pipeline } from './pipeline.ts';
import { readerOf, type SliceReader, type SliceRun, type SliceValues } from './slice-run.ts';

/** Steps taken one by one between two looks at the currents. */
const stepsUnchecked = 8;

/** A state that is read after every step. */
interface Watch {
  readonly link: number;
  readonly signal: string;
  readonly neurons: number;
  readonly values: Float64Array;
}

/** What leaves a stage of the chain, and its values where they are gathered step by step. */
interface Listener {
  readonly channels: number;
  readonly slice: SliceValues;
  /** What was gathered, where states are watched. */
  gathered?: Float64Array;
  values?: SliceReader;
}

/**
 * Starts a pipeline at rest. Many runs share what is compiled of it: the states of all but the one that ran last are
 * put aside.
 */
export function chainRun(pipeline: Pipeline, compiled: CompiledChain): SliceRun {
  const { chain, places } = compiled;
  const { steps: most, links } = chain;
  const group = chain.groups[0]!;
  const spikesKept = Array.from({ length: links }, (_, link) => link === links - 1);
  const enteredKept = spikesKept.map(() => false);
  const watches: Watch[] = [];
  const listeners: Listener[] = [];
  let aside: Float32Array | undefined;
  let atRest = true;
  let steps = 0;
  let unchecked = 0;
  const me = {
    leave(): void {
      if (!atRest) aside = group.save(aside);
    },
  };
  const keep = (): void => {
    for (let link = 0; link < links; link++)
      group.keep(link, spikesKept[link]!, enteredKept[link]!);
  };
  /** Brings the states into the chain. */
  const moveIn = (): void => {
    if (compiled.resident !== me) {
      compiled.resident?.leave();
      compiled.resident = me;
      if (!atRest) group.load(aside!);
      keep();
    }
    if (atRest) group.rest(1);
    atRest = false;
  };
  const widthOf = (name: string): number =>
    pipeline.stages.find((own) => own.name === name)!.channelsOut;
  const stepByStep = (): void => {
    for (let t = 0; t < steps; t++) {
      group.run(1, t, 1);
      group.check(1);
      for (const { link, signal, neurons, values } of watches) {
        group.readSignal(link, 0, signal, values, t * neurons);
      }
      for (const listener of listeners) {
        const { channels, slice } = listener;
        listener.gathered ??= new Float64Array(most * channels);
        listener.values ??= readerOf(listener.gathered, channels);
        const { gathered } = listener;
        for (let c = 0, at = t * channels; c < channels; c++, at++) gathered[at] = slice[c]!;
      }
    }
  };
  return {
    steps: most,
    enter(counts, from, to) {
      moveIn();
      steps = to - from;
      if (counts === undefined) group.enter(0, silence, 0, 0, steps);
      else group.enter(0, counts, from, to, steps);
    },
    listen(name) {
      const { link, enters } = places.get(name)!;
      (enters ? enteredKept : spikesKept)[link] = true;
      if (compiled.resident === me) keep();
      const channels = widthOf(name);
      const slice = enters ? group.entered(link, 0) : group.spikes(link, 0);
      const listener: Listener = { channels, slice };
      listeners.push(listener);
      const whole = readerOf(slice, channels);
      return (count) => (listener.values ?? whole)(count);
    },
    watch(name, signal) {
      const neurons = widthOf(name);
      const values = new Float64Array(most * neurons);
      watches.push({ link: places.get(name)!.link, signal, neurons, values });
      return readerOf(values, neurons);
    },
    run() {
      if (watches.length > 0) {
        stepByStep();
        return;
      }
      group.run(1, 0, steps);
      // Of single steps, not after each: what is infinite stays so.
      unchecked = steps === 1 && unchecked > 0 ? unchecked - 1 : stepsUnchecked;
      group.check(unchecked === stepsUnchecked ? 1 : 0);
    },
    reset() {
      atRest = true;
    },
  };
}

const silence = new Uint32Array(0);
