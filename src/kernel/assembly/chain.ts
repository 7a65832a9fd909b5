import { LANES, VECTOR } from '../layout';
import { SLICE } from '../numbers';
import { Workspace } from './block';
import { unpackSpikes } from './copies';
import { driveVectors, stateBytes } from './model';
import { addSparse } from './rows';
import { addGuessed } from './guessed';
import { scan } from './scan';
import { SparseRows } from './sparse';
import { stream } from './stream';
import { clear } from './vector';

/** A population of a chain, and the matrix before it. */
@unmanaged
export class Link {
  /** Neurons of a trial, vectors of a row, and trials in one. */
  neurons: u32;
  vectors: u32;
  pack: u32;
  /** Which of the models that differ in size it is of. */
  model: u32;
  /** Whether all trials take their steps together, rather than one trial after the other. */
  together: u32;
  coefficients: usize;
  /** State of every row. */
  state: usize;
  /** Weighted input, then spikes: steps of all rows if they are together, or of one. */
  drive: usize;
  recurrent: usize;
  workspace: Workspace;
  /** Rows of weights for each channel, of every place of a trial in a row; 0 if there is no such matrix. */
  weights: usize;
  /** Bytes of such a matrix. */
  weightBytes: usize;
  /** Where few weights are not zero: where those of each channel begin, bytes within a row, and weights. */
  starts: usize;
  places: usize;
  values: usize;
  /** A row for every place of a trial in a row, or 0. */
  bias: usize;
  /** Spikes of every trial, `[trial][step][neuron]`, and bytes of a trial. */
  output: usize;
  outputBytes: usize;
  /** Weighted input of every trial likewise. */
  entered: usize;
  enteredBytes: usize;
  /** Whether they are wanted. */
  keepsOutput: u32;
  keepsEntered: u32;
  /** The largest count of spikes since this was cleared. */
  largest: u32;
}

/** Populations one after the other. */
@unmanaged
export class Chain {
  links: u32;
  /** A Link each. */
  link: usize;
  /** What enters each trial (a SparseRows each). */
  inputs: usize;
  /** Spikes on their way from one population to the next. */
  spikes: SparseRows;
}

// @ts-ignore: decorator
@inline
function at<T>(pointers: usize, k: u32): T {
  return changetype<T>(load<usize>(pointers + (<usize>k << 2)));
}

/** Bytes of a step of all rows that are stepped together. */
// @ts-ignore: decorator
@inline
function rowBytes(link: Link): usize {
  return <usize>driveVectors(link.vectors, link.model) * VECTOR;
}

function streamRows(link: Link, state: usize, steps: u32, rows: u32): void {
  stream(
    link.coefficients, state, link.drive, steps, rows, link.vectors, link.recurrent, link.workspace,
  );
}

/** Where trial `slot` stands in a row of drive, and bytes from its first step to the next. */
// @ts-ignore: decorator
@inline
function rowOf(link: Link, slot: u32): usize {
  return link.together ? link.drive + <usize>(slot / link.pack) * rowBytes(link) : link.drive;
}

// @ts-ignore: decorator
@inline
function placeOf(link: Link, slot: u32): u32 {
  return slot % link.pack;
}

// @ts-ignore: decorator
@inline
function strideOf(link: Link, slots: u32): usize {
  const rows = link.together ? (slots + link.pack - 1) / link.pack : 1;
  return <usize>rows * rowBytes(link);
}

/** Adds few weights, each where it stands; `spikes` as they are where there are no weights. */
function addFew(link: Link, out: usize, list: SparseRows, t: usize): void {
  const starts = link.starts;
  const places = link.places;
  const values = link.values;
  const counted = list.counted;
  const end = <usize>load<u32>(list.starts + (t << 2), 4);
  for (let k = <usize>load<u32>(list.starts + (t << 2)); k < end; k++) {
    const channel = starts + (<usize>load<u32>(list.indices + (k << 2)) << 2);
    const count = counted ? load<f32>(list.counts + (k << 2)) : 1;
    const last = <usize>load<u32>(channel, 4);
    for (let e = <usize>load<u32>(channel); e < last; e++) {
      const to = out + load<u32>(places + (e << 2));
      store<f32>(to, load<f32>(to) + count * load<f32>(values + (e << 2)));
    }
  }
}

/** {@link feed} of rows of a single vector. */
// @ts-ignore: decorator
@inline
function feedSingle(
  out: usize, stride: usize, bias: usize, place: u32, weights: usize, list: SparseRows, from: usize, steps: u32,
  counted: bool,
): void {
  const none = i64x2.splat(0);
  // Whatever the sign of zeros in a bias, no sum is -0.
  const start = bias ? f32x4.add(v128.load(bias), none) : none;
  for (let t: usize = 0; t < steps; t++, out += stride) {
    const before = place ? f32x4.add(v128.load(out), start) : start;
    v128.store(out, addGuessed(before, weights, list, from + t, counted));
  }
}

/**
 * Brings what comes in, from row `from` of a list on, through the matrix to the drive of a trial. The first trial of a row writes
 * it, the others add to what is not theirs: no sum depends on who else is there.
 */
function feed(link: Link, list: SparseRows, from: usize, slot: u32, slots: u32, steps: u32): void {
  const place = placeOf(link, slot);
  const wide = driveVectors(link.vectors, link.model);
  const stride = strideOf(link, slots);
  const bytes = <usize>wide * VECTOR;
  const bias = link.bias ? link.bias + place * bytes : 0;
  const weights = link.weights ? link.weights + place * link.weightBytes : 0;
  const shift = <usize>(place * link.neurons) << 2;
  let out = rowOf(link, slot);
  if (LANES == 4 && wide == 1 && weights) {
    if (list.counted) feedSingle(out, stride, bias, place, weights, list, from, steps, true);
    else feedSingle(out, stride, bias, place, weights, list, from, steps, false);
    return;
  }
  for (let t: usize = 0; t < steps; t++, out += stride) {
    if (place) {
      if (bias) {
        for (let b: usize = 0; b < bytes; b += VECTOR) {
          v128.store(out + b, f32x4.add(v128.load(out + b), v128.load(bias + b)));
        }
      }
    } else if (bias) memory.copy(out, bias, bytes);
    else clear(out, wide);
    if (weights) addSparse(out, wide, weights, list, from + t);
    else addFew(link, out + shift, list, from + t);
  }
}

/** Copies the weighted input of a trial; `done` steps stand there already. */
function keepEntered(link: Link, slot: u32, slots: u32, done: u32, steps: u32): void {
  const dendrites = driveVectors(1, link.model);
  const length = <usize>link.neurons << 2;
  const stride = strideOf(link, slots);
  let from = rowOf(link, slot) + placeOf(link, slot) * length;
  let to = link.entered + slot * link.enteredBytes + done * dendrites * length;
  for (let t: u32 = 0; t < steps; t++, from += stride) {
    for (let d: usize = 0; d < dendrites; d++, to += length) {
      memory.copy(to, from + d * <usize>link.vectors * VECTOR, length);
    }
  }
}

/** Copies the spikes of a trial, or only looks for the most, and hands them on; `done` steps stand there already. */
function emit(link: Link, slot: u32, slots: u32, done: u32, steps: u32, next: SparseRows): void {
  const from = rowOf(link, slot) + (<usize>(placeOf(link, slot) * link.neurons) << 2);
  const stride = strideOf(link, slots);
  if (link.keepsOutput) {
    const to = link.output + slot * link.outputBytes + ((<usize>done * link.neurons) << 2);
    link.largest = max(link.largest, unpackSpikes(from, stride, to, steps, link.neurons));
  }
  if (changetype<usize>(next)) {
    link.largest = max(link.largest, scan(from, stride, steps, link.neurons, next));
  }
}

/** Runs `slots` trials through `steps` steps, from row `from` of what enters on, of which `done` went before. */
function runSlice(chain: Chain, slots: u32, from: usize, done: u32, steps: u32): void {
  const links = chain.links;
  const spikes = chain.spikes;
  const nobody = changetype<SparseRows>(0);
  for (let first: u32 = 0; first < links; ) {
    let last = first;
    for (; last + 1 < links && !at<Link>(chain.link, last).together; last++) {}
    for (let slot: u32 = 0; slot < slots; slot++) {
      if (first > 0) emit(at<Link>(chain.link, first - 1), slot, slots, done, steps, spikes);
      for (let k = first; k <= last; k++) {
        const link = at<Link>(chain.link, k);
        const list = k == 0 ? at<SparseRows>(chain.inputs, slot) : spikes;
        feed(link, list, k == 0 ? from + done : 0, slot, slots, steps);
        if (link.keepsEntered) keepEntered(link, slot, slots, done, steps);
        if (link.together) break;
        const state = link.state + <usize>(slot * link.vectors) * stateBytes(link.model);
        streamRows(link, state, steps, 1);
        emit(link, slot, slots, done, steps, k + 1 < links ? spikes : nobody);
      }
    }
    const link = at<Link>(chain.link, last);
    if (link.together) {
      streamRows(link, link.state, steps, (slots + link.pack - 1) / link.pack);
      if (last + 1 == links) {
        for (let slot: u32 = 0; slot < slots; slot++) emit(link, slot, slots, done, steps, nobody);
      }
    }
    first = last + 1;
  }
}

/**
 * Runs `slots` trials through `steps` steps of all populations, from row `from` of what enters on, and goes on from the states
 * that they left; so many steps at a time that what passes from population to population stays near. Those of which a row is
 * short take their steps together; all others trial by trial, so that what a trial needs is near.
 */
export function runChain(chain: Chain, slots: u32, from: usize, steps: u32): void {
  for (let done: u32 = 0; done < steps; done += SLICE) {
    runSlice(chain, slots, from, done, min(SLICE, steps - done));
  }
}
