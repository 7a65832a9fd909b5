/** The command that writes a stream of events in another format, filtered. */
import { fault, printable } from 'spikeline/problems';
import type { WriteReport } from 'spikeline/sinks';
import { type OptionSpecs, optionHelp } from '../arguments.ts';
import { columns } from '../columns.ts';
import { type Command, exitCodes } from '../command.ts';
import { jsonText } from '../json-text.ts';
import { exportXdf, isXdfPath } from '../session/export.ts';
import { filterOptions, readFilters } from '../streams/filters.ts';
import { type Count, counting, flow } from '../streams/flow.ts';
import {
  credentialsOption,
  latenessOption,
  optionReader,
  readableFormats,
  writableFormats,
} from '../streams/options.ts';
import { standard } from '../streams/pieces.ts';
import { checkOutput, sinkAt } from '../streams/sink.ts';
import { sourceAt } from '../streams/source.ts';
import { until } from '../streams/stopping.ts';
import { endText, lossText } from '../streams/text.ts';
import { stopCodes } from '../terminal.ts';

const options: OptionSpecs = {
  format: { value: 'NAME', help: 'format of OUT; if left out by its name, and spk for -' },
  options: { value: 'JSON', help: 'options of its encoder, as {"compression":"none"}' },
  'input-format': { value: 'NAME', help: 'format of IN; found by its content if left out' },
  'input-options': { value: 'JSON', help: 'options of its decoder, as {"width":346,"height":260}' },
  stream: {
    value: 'NAME',
    help: 'which stream of a recording; its first stream of events if left out',
  },
  ...latenessOption,
  ...filterOptions,
  ...credentialsOption,
  overwrite: { help: 'write over OUT if it is there; never over IN' },
  json: { help: 'print what was read and written as JSON' },
  help: { help: 'print this' },
};

const help = `spikeline convert IN OUT [filters] [options]

Writes the events of IN to OUT, in another format or filtered, in little memory however large they are. The format of
IN is found by what is in it, that of OUT by its name. - is standard input or output. Filters are applied in the
order in which they stand below. Events are written in the order of time; what steps back further than --lateness is
left out and counted as late, and single times more than a minute ahead of all others as astray. What is no event is
counted too.

  spikeline convert walk.aedat4 left.dat --crop 0,0,173,260 --denoise 10 --from 1.5 --to 3
  spikeline convert camera.raw - --format csv | head

A session (the folder that --record of other commands makes) or a recording is written as XDF, with all its streams, if
OUT ends in .xdf; Lab Streaming Layer's tools and pyxdf read that.

  spikeline convert runs/first first.xdf

Formats that can be read: ${readableFormats}.
Formats that can be written: ${writableFormats}.

${optionHelp(options)}

Progress is said on standard error.

Exit codes: 0 done, 130, 143 and 129 stopped by Ctrl-C, SIGTERM and SIGHUP, with all that was whole in OUT, 2 bad
input, IN cannot be read or is damaged beyond reading, or OUT cannot be written or cannot express what comes.`;

/** The command that converts events. */
export const convert: Command = {
  name: 'convert',
  summary: 'write events in another format, filtered',
  options,
  help,
  async run(given, terminal, stop) {
    const reader = optionReader(given);
    const [from = '', to = ''] = reader.words(
      2,
      'two names are needed: spikeline convert IN OUT',
      'IN OUT',
    );
    const decoding = reader.decoding('input-');
    const stream = reader.text('stream');
    const filters = readFilters(reader);
    const json = reader.flag('json');
    if (isXdfPath(to)) {
      checkOutput('OUT', to, reader.flag('overwrite'), [from], reader);
      reader.check('nothing can be converted');
      const found = await exportXdf(from, to, stop);
      const rows = Object.entries(found.streams).map(([name, count]) => [name, `${count}`]);
      const text = `${printable(to)}: ${found.bytes} bytes of XDF\n${columns([['stream', 'items'], ...rows])}\n`;
      terminal.out(json ? jsonText({ input: from, output: to, ...found }) : text);
      return found.signal === undefined ? exitCodes.ok : stopCodes[found.signal];
    }
    if (json && to === standard) {
      reader.problems.push(fault('--json', 'conflict', 'standard output has the events'));
    }
    const read = { ...decoding, ...reader.lateness(), ...(stream !== undefined && { stream }) };
    const source = from === '' ? undefined : sourceAt('IN', from, reader, terminal, read);
    const sink =
      to === ''
        ? undefined
        : sinkAt('OUT', to, reader, terminal, {
            ...reader.encoding(),
            overwrite: reader.flag('overwrite'),
            inputs: source?.path === undefined ? [] : [source.path],
          });
    reader.check('nothing can be converted');
    const count: Count = { items: 0, count: 0 };
    const { losses, name } = source!;
    const { report, signal, seconds } = await flow(
      stop,
      (stopped$) => {
        const counted$ = until(source!, stopped$).pipe(counting(count, terminal, 'events'));
        return sink!.sink(filters.through(counted$));
      },
      source,
    );
    const lost = { ...losses.byReason, ...filters.losses() };
    const written = report as WriteReport | undefined;
    if (json) {
      const about = { input: from, output: to, read: count.count, written, losses: lost, seconds };
      terminal.out(jsonText({ ...about, ...(signal !== undefined && { stopped: signal }) }));
    } else {
      const text = `${count.count} events of ${printable(name)}${endText(sink!.name, written, seconds)}`;
      const say = to === standard ? terminal.err : terminal.out;
      say(`${text}\n${lossText(lost)}`);
    }
    return signal === undefined ? exitCodes.ok : stopCodes[signal];
  },
};
