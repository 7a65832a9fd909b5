/** Sessions and replays as tables. */
import type { ReplayReport, SessionReport, StreamReport } from 'spikeline/loop';
import { printable } from 'spikeline/problems';
import { columns } from '../columns.ts';
import { lossText } from '../streams/text.ts';

/** What is told of a replay, and whether it is near enough. */
export type ReplayTold = ReplayReport & { readonly limit: number; readonly near: boolean };

/** A replay as a table. */
export function replayText(told: ReplayTold): string {
  const {
    signals,
    inputs,
    target,
    recordedOn,
    identical,
    distance,
    done,
    cutOff,
    within,
    changes,
    repeated,
  } = told;
  const rows = Object.entries(signals).map(([name, one]) => {
    const counts = [`${one.recorded}`, `${one.replayed}`];
    if ('matched' in one) {
      return [name, ...counts, `${one.matched}`, one.distance.toFixed(4), identicalText(one)];
    }
    return [
      name,
      ...counts,
      `${one.recorded - one.different}`,
      `± ${one.largest}`,
      identicalText(one),
    ];
  });
  const head = ['signal', 'recorded', 'now', 'alike', 'distance', 'identical'];
  const verdict = identical
    ? 'identical to the last bit'
    : `distance ${distance.toFixed(4)}, spikes within ${within * 1000} ms count as one; ${told.limit} is allowed`;
  const part = `${done ? '' : ' (stopped before its end)'}${cutOff ? ' (the session was cut off)' : ''}`;
  return `${inputs} inputs of ${printable(recordedOn)} on ${printable(target)}${part}: ${verdict}${changesText(changes, repeated)}\n${columns([head, ...rows])}`;
}

function changesText(changes: number, repeated: number): string {
  if (changes === 0) return '';
  const count = `${changes} change${changes === 1 ? '' : 's'} of the chip in mid-run`;
  if (repeated >= changes) return `\n${count}, repeated`;
  const some = repeated === 0 ? 'not repeated' : `of which ${changes - repeated} not repeated`;
  return `\n${count}, ${some}: from there on it is another run`;
}

function identicalText({ identical }: { readonly identical: boolean }): string {
  return identical ? 'yes' : 'no';
}

/** Channels and marks that are told one by one, at most. */
const [mostChannels, mostMarks] = [16, 40];

const seconds = (micros: number | null): string =>
  micros === null ? '' : (micros / 1e6).toFixed(3);

function streamRow({ name, kind, clock, count, channels, from, until }: StreamReport): string[] {
  const rate =
    from === null || until === null || until <= from
      ? ''
      : (count / ((until - from) / 1e6)).toPrecision(4);
  return [
    name,
    kind,
    clock.name,
    `${count}`,
    `${channels ?? ''}`,
    seconds(from),
    seconds(until),
    rate,
  ];
}

function endText({ ended, started }: SessionReport): string {
  if (ended === null)
    return started === null ? 'a recording alone' : 'cut off: nobody said why it ended';
  const why = ended.message === undefined ? '' : ` (${printable(ended.message)})`;
  return `${ended.how}${why} after ${ended.seconds.toFixed(2)} s`;
}

/** A session as tables: streams, rates, latencies, losses, marks. */
export function sessionText(report: SessionReport): string {
  const { path, started, seed, versions, targets, streams, losses, marks, skipped } = report;
  const on = targets.length === 0 ? '' : ` on ${[...new Set(targets)].map(printable).join(', ')}`;
  const by =
    versions === null
      ? ''
      : `, spikeline ${versions.spikeline}, node ${versions.node}, ${versions.platform}`;
  const parts = [
    `${printable(path)}${started === null ? '' : `, ${printable(started)}`}${on}${seed === null ? '' : `, seed ${seed}`}${printable(by)}`,
    endText(report),
    '',
    columns([
      ['stream', 'kind', 'clock', 'count', 'channels', 'from s', 'to s', 'a second'],
      ...streams.map(streamRow),
    ]),
  ];
  const rates = streams.filter(({ rates: own }) => own !== null && own.length <= mostChannels);
  if (rates.length > 0) {
    const rows = rates.flatMap(({ name, rates: own }) =>
      own!.map((rate, i) => [`${name} ${i}`, rate.toPrecision(4)]),
    );
    parts.push('', columns([['channel', 'spikes a second'], ...rows]));
  }
  const slow = streams.filter(({ latency }) => latency !== null && latency.count > 0);
  if (slow.length > 0) {
    const rows = slow.map(({ name, latency }) => {
      const { count, p50, p99, p999, max } = latency!;
      return [name, `${count}`, ...[p50, p99, p999, max].map((one) => one.toFixed(1))];
    });
    parts.push(
      '',
      columns([['latency', 'steps', 'p50 µs', 'p99 µs', 'p99.9 µs', 'max µs'], ...rows]),
    );
  }
  const lost = lossText({ ...losses, ...skipped });
  if (lost !== '') parts.push('', lost.trimEnd());
  if (marks.length > 0) {
    const rows = marks.slice(0, mostMarks).map(({ time, label }) => [label, seconds(time)]);
    const more = marks.length > mostMarks ? `\n… and ${marks.length - mostMarks} more` : '';
    parts.push('', `${columns([['mark', 's'], ...rows])}${more}`);
  }
  return parts.join('\n');
}
