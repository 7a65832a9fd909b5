/** The command that plays a file to sinks. */
import { connect, map, merge, type Observable, scan, takeLast } from 'rxjs';
import type { StreamItem } from 'spikeline/events';
import { printable, problem } from 'spikeline/problems';
import { type OptionSpecs, optionHelp } from '../arguments.ts';
import { columns } from '../columns.ts';
import { type Command, exitCodes } from '../command.ts';
import { jsonText } from '../json-text.ts';
import { addressHelp } from '../streams/address.ts';
import { filterOptions, readFilters } from '../streams/filters.ts';
import { type Count, counting, flow } from '../streams/flow.ts';
import {
  credentialsOption,
  fileOptions,
  latenessOption,
  optionReader,
} from '../streams/options.ts';
import { standard } from '../streams/pieces.ts';
import { readRecord, recorder, recording, recordOption } from '../streams/recorder.ts';
import { type StreamSink, sinkAt } from '../streams/sink.ts';
import { sourceAt } from '../streams/source.ts';
import { until } from '../streams/stopping.ts';
import { lossText } from '../streams/text.ts';
import { stopCodes } from '../terminal.ts';

const options: OptionSpecs = {
  speed: {
    value: 'N',
    help: 'N times the pace of the recording, or max: as fast as the sinks take it',
    fallback: '1',
  },
  loop: { help: 'again and again, until Ctrl-C' },
  ...fileOptions,
  ...latenessOption,
  ...filterOptions,
  format: { value: 'NAME', help: 'format of sinks that are files or -' },
  options: { value: 'JSON', help: 'options of its encoder' },
  ...credentialsOption,
  ...recordOption,
  overwrite: { help: 'write over files that are there; never over FILE' },
  json: { help: 'print what was sent as JSON' },
  help: { help: 'print this' },
};

const help = `spikeline play FILE SINK… [options]

Plays a file, or standard input, to one or several sinks at once, at its own pace unless told otherwise: so that a
recording stands for a camera. Filters are applied in the order in which they stand below.

  spikeline play walk.spk udp://127.0.0.1:3333 'ws://127.0.0.1:8080?listen' --speed 2

${addressHelp}

${optionHelp(options)}

Exit codes: 0 all is sent, 130, 143 and 129 stopped by Ctrl-C, SIGTERM and SIGHUP, with what was whole sent, 2 bad
input, FILE cannot be read or is damaged beyond reading, or a sink fails.`;

/** Sends one stream to all sinks; gives their reports, in their order. */
function toAll(sinks: readonly StreamSink[]) {
  const reported = (items$: Observable<StreamItem>, { sink }: StreamSink, i: number) =>
    sink(items$).pipe(
      takeLast(1),
      map((report) => [i, report] as const),
    );
  return (items$: Observable<StreamItem>): Observable<readonly object[]> => {
    const [only] = sinks;
    // One sink alone can hold back what it reads.
    const reports$ =
      sinks.length === 1
        ? reported(items$, only!, 0)
        : items$.pipe(
            connect((shared$) => merge(...sinks.map((sink, i) => reported(shared$, sink, i)))),
          );
    return reports$.pipe(
      scan(
        (all, [i, report]) => all.map((one, k) => (k === i ? report : one)),
        sinks.map((): object => ({})),
      ),
    );
  };
}

/** The command that plays a file to sinks. */
export const play: Command = {
  name: 'play',
  summary: 'play a file at its own pace to the network, to files or to a pipe',
  options,
  help,
  async run(given, terminal, stop) {
    const reader = optionReader(given);
    const { problems } = reader;
    const [file, ...names] = given.positionals;
    if (file === undefined || names.length === 0) {
      const needed = 'a file and where it goes are needed: spikeline play FILE SINK…';
      problems.push(problem('FILE SINK', 'out-of-range', given.positionals, needed));
    }
    const fast = reader.text('speed') === 'max';
    const needed = 'a number above 0, or max, is needed';
    const speed = fast ? undefined : (reader.number('speed', needed, (value) => value > 0) ?? 1);
    if (fast && names.length > 1) {
      problems.push(
        problem(
          '--speed',
          'conflict',
          'max',
          'several sinks cannot hold back one file; give a number',
        ),
      );
    }
    const json = reader.flag('json');
    const loop = reader.flag('loop');
    if (json && names.includes(standard)) {
      problems.push(problem('--json', 'conflict', standard, 'standard output has the events'));
    }
    if (loop && file === standard) {
      problems.push(problem('--loop', 'conflict', standard, 'standard input can be read once'));
    }
    const stream = reader.text('stream');
    const read = {
      ...reader.decoding('input-'),
      ...reader.lateness(),
      ...(stream !== undefined && { stream }),
      ...(speed !== undefined && { speed }),
      ...(loop && { loop }),
    };
    const filters = readFilters(reader);
    const source = file === undefined ? undefined : sourceAt('FILE', file, reader, terminal, read);
    const inputs = source?.path === undefined ? [] : [source.path];
    const config = { ...reader.encoding(), overwrite: reader.flag('overwrite'), inputs };
    const sinks = names.flatMap(
      (name, i) => sinkAt(`SINK ${i + 1}`, name, reader, terminal, config) ?? [],
    );
    const place = readRecord(reader, inputs);
    reader.check('nothing can be played');
    const keep =
      place === undefined
        ? undefined
        : recorder(place, { command: 'play', file }, reader.flag('overwrite'));
    const count: Count = { items: 0, count: 0 };
    const { losses } = source!;
    const lost = () => ({ ...losses.byReason, ...filters.losses() });
    const {
      report = [],
      signal,
      seconds,
    } = await recording(
      keep,
      lost,
      () =>
        flow(
          stop,
          (stopped$) => {
            const read$ = until(source!, stopped$).pipe(counting(count, terminal, 'played'));
            const played$ = filters.through(read$);
            return toAll(sinks)(keep === undefined ? played$ : played$.pipe(keep.record('played')));
          },
          source,
        ),
      (one) => one.signal,
    );
    const told = sinks.map(({ name }, i) => ({ sink: name, ...report[i] }));
    if (json) {
      const about = { file, played: count.count, sinks: told, losses: lost(), seconds };
      terminal.out(jsonText({ ...about, ...(signal !== undefined && { stopped: signal }) }));
    } else {
      const say = names.includes(standard) ? terminal.err : terminal.out;
      const rows = told.map(({ sink, ...numbers }) => [sink, reportText(numbers)]);
      say(`${count.count} of ${printable(source!.name)} in ${seconds.toFixed(2)} s\n`);
      say(`${columns([['sink', 'report'], ...rows])}\n${lossText(lost())}`);
    }
    return signal === undefined ? exitCodes.ok : stopCodes[signal];
  },
};

/** What a sink tells, in words. */
function reportText(report: object): string {
  return Object.entries(report)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
