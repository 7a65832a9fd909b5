/** What USB devices are asked, and what they send, as the drivers of their makers have it. */
import type { CameraCalls } from '../src/devices/usb/cameras/camera-calls.ts';
import { davisCalls } from '../src/devices/usb/cameras/davis.ts';
import { dvs128Calls } from '../src/devices/usb/cameras/dvs128.ts';
import { dynapse1Calls } from '../src/devices/usb/dynapse1/calls.ts';
import { chipMemory } from '../src/devices/usb/dynapse1/chip-memory.ts';
import type { UsbPort } from '../src/devices/usb/port.ts';
import { readJson } from './files.ts';
import type { CaseOutcome, Kind } from './kind.ts';
import { callNamed } from './usb-calls.ts';
import { deeds, openReplay, readLines, type UsbLine } from './usb-replay.ts';
import { compareStream, type UsbStream } from './usb-streams.ts';

/** Names of recordings that have a stream. */
const streams = ['dynapse1', 'davis346', 'davis346-swapped', 'dvs128'];

/** Streams of words, decoded. */
export const usbStreams: Kind = {
  kind: 'USB streams',
  tolerance: 0,
  needs: ['usb/dynapse1-stream.json', 'usb/davis346-stream.json', 'usb/dvs128-stream.json'],
  run: (folder) =>
    streams.flatMap((name) =>
      compareStream(name, readJson<UsbStream>(folder, 'usb', `${name}-stream.json`)),
    ),
};

/** Does what a recording did, phase by phase. */
type Steps = () => Promise<{
  readonly done: string[];
  readonly phases: Readonly<Record<string, () => Promise<unknown> | unknown>>;
}>;

/** Phases whose registers are independent of each other: their order is free, up to the choice of another chip. */
const free = new Set(['config']);

/** The request that chooses the chip of a DYNAP-SE1 board that words are written to. */
const choice = /^bf 5 1 /;

/** Sorts requests, each kept behind the choice of its chip. */
function sortedByChip(done: readonly string[], choosesChips: boolean): string[] {
  if (!choosesChips) return [...done].sort();
  const parts: string[][] = [[]];
  for (const one of done) {
    if (choice.test(one)) parts.push([]);
    parts.at(-1)!.push(one);
  }
  return parts.flatMap((part) => part.sort());
}

/** The lines of a phase, the first time that it comes. */
function linesOf(lines: readonly UsbLine[], phase: string): UsbLine[] {
  const from = lines.findIndex(({ ph }) => ph === phase);
  const rest = from < 0 ? [] : lines.slice(from);
  const to = rest.findIndex(({ ph }) => ph !== phase);
  return to < 0 ? rest : rest.slice(0, to);
}

/** Compares what was done in each phase with what was recorded. */
async function compare(
  name: string,
  lines: readonly UsbLine[],
  steps: Steps,
): Promise<CaseOutcome[]> {
  const { done, phases } = await steps();
  const outcomes: CaseOutcome[] = [];
  for (const [phase, act] of Object.entries(phases)) {
    done.length = 0;
    await act();
    const sorted = (all: readonly string[]): readonly string[] =>
      free.has(phase) ? sortedByChip(all, name === 'dynapse1') : all;
    const ours = sorted(done);
    const theirs = sorted(deeds(linesOf(lines, phase)));
    const many = Math.max(ours.length, theirs.length);
    const at = Array.from({ length: many }, (_, i) => i).findIndex((i) => ours[i] !== theirs[i]);
    const note = `request ${at} is ${ours[at]}, not ${theirs[at]}`;
    outcomes.push({
      name: `${name}: ${phase}`,
      error: at < 0 ? 0 : 1,
      ...(at >= 0 && { note }),
    });
  }
  return outcomes;
}

/** The phases that all cameras begin with. */
function cameraPhases(calls: CameraCalls, port: UsbPort) {
  const listen = (): void => port.listen({ data() {}, stalled() {}, lost() {} });
  return {
    config: () => calls.configure({}),
    start: () => calls.start(listen),
    timestamp_reset: () => calls.resetTime(),
  };
}

/** The phases of a DAVIS. */
function davis(lines: readonly UsbLine[]): Steps {
  return async () => {
    const { port, done, clock } = await openReplay('davis346', lines);
    const calls = await davisCalls(port, clock, { others: true });
    return { done, phases: { ...cameraPhases(calls, port), stop: () => calls.stop() } };
  };
}

/** The phases of a DVS128. */
function dvs128(lines: readonly UsbLine[]): Steps {
  return async () => {
    const { port, done } = await openReplay('dvs128', lines);
    const calls = dvs128Calls(port);
    return {
      done,
      phases: {
        ...cameraPhases(calls, port),
        array_reset: () => calls.resetPixels(),
        'ts_master 0': () => calls.setMaster(false),
        'ts_master 1': () => calls.setMaster(true),
        'bias diffOn=210000': () => calls.setBiases({ diffOn: 210_000 }),
        stop: () => calls.stop(),
      },
    };
  };
}

/** The phases of a DYNAP-SE1 board. */
function dynapse1(lines: readonly UsbLine[]): Steps {
  return async () => {
    const { port, done } = await openReplay('dynapse1', lines);
    const calls = await dynapse1Calls(port);
    return {
      done,
      phases: {
        config: () => chipMemory(calls).writeDefaults(),
        start: () => {
          port.listen({ data() {}, stalled() {}, lost() {} });
          return calls.start();
        },
        timestamp_reset: () => calls.resetTime(),
        stop: () => calls.stop(),
      },
    };
  };
}

/** Single calls of a DYNAP-SE1 board, each a phase by its label. */
function singleCalls(lines: readonly UsbLine[]): Steps {
  return async () => {
    const { port, done } = await openReplay('dynapse1', lines);
    const calls = await dynapse1Calls(port);
    const labels = new Set(lines.map(({ ph }) => ph));
    for (const other of ['open', 'close']) labels.delete(other);
    const unknown = (label: string) => () => {
      done.push(`no call ${label} is known`);
    };
    return {
      done,
      phases: Object.fromEntries(
        [...labels].map((label) => [label, callNamed(calls, label) ?? unknown(label)]),
      ),
    };
  };
}

/** Recordings of requests, and what does the same. */
type Recordings = Readonly<Record<string, (lines: readonly UsbLine[]) => Steps>>;

/** Requests of start-up, configuration, calls and stop, of some devices. */
function requests(kind: string, recordings: Recordings): Kind {
  return {
    kind,
    tolerance: 0,
    needs: Object.keys(recordings).map((name) => `usb/${name}.jsonl.gz`),
    async run(folder) {
      const outcomes: CaseOutcome[] = [];
      for (const [name, stepsOf] of Object.entries(recordings)) {
        const lines = readLines(folder, `${name}.jsonl.gz`);
        outcomes.push(...(await compare(name, lines, stepsOf(lines))));
      }
      return outcomes;
    },
  };
}

/** What is asked of USB devices. */
export const usbRequests: readonly Kind[] = [
  requests('USB requests to cameras', { davis346: davis, 'davis346-swapped': davis, dvs128 }),
  requests('USB requests to boards', { dynapse1, 'dynapse1-calls': singleCalls }),
];
