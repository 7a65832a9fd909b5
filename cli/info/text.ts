/** What is told of a file, for people. */
import { columns } from '../columns.ts';
import type { FileInfo, StreamInfo } from './summary.ts';

/** A time in microseconds, also in seconds. */
function timeText(time: number | null): string {
  return time === null ? '' : `${time} µs (${(time / 1e6).toFixed(6)} s)`;
}

/** Text about a file. */
export function infoText(info: FileInfo): string {
  const { format, variant, width, height, events, onEvents } = info;
  const { firstTimestamp, lastTimestamp, digest, skipped, streams } = info;
  const span = ((lastTimestamp ?? 0) - (firstTimestamp ?? 0)) / 1e6;
  const rows: readonly (readonly [string, string])[] = [
    ['format', variant === undefined ? format : `${format} (${variant})`],
    ['picture', width === null ? 'not said' : `${width} × ${height}`],
    ['events', span > 0 ? `${events}, ${(events / span).toPrecision(4)} a second` : `${events}`],
    ['ON events', `${onEvents}`],
    ['first', timeText(firstTimestamp)],
    ['last', timeText(lastTimestamp)],
    ['digest', digest],
    ...Object.entries(skipped).map(([reason, count]): [string, string] => [reason, `${count}`]),
  ];
  const width0 = Math.max(...rows.map(([name]) => name.length));
  const lines = rows
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `${name.padEnd(width0)}  ${text}`);
  return streams === undefined ? lines.join('\n') : `${lines.join('\n')}\n\n${table(streams)}`;
}

function table(streams: readonly StreamInfo[]): string {
  const cells = streams.map(({ name, kind, items, events, firstTimestamp, lastTimestamp }) => [
    name,
    kind,
    `${items}`,
    ...[events, firstTimestamp, lastTimestamp].map((value) => `${value ?? ''}`),
  ]);
  return columns([['stream', 'kind', 'items', 'events', 'first µs', 'last µs'], ...cells]);
}
