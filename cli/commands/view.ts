/** The command that shows what events look like. */
import { type Observable, tap } from 'rxjs';
import { type AerPacket, DataError } from 'spikeline';
import { itemKind, type StreamItem } from 'spikeline/events';
import { writeFiles } from 'spikeline/files';
import { fault, printable } from 'spikeline/problems';
import { type OptionSpecs, optionHelp } from '../arguments.ts';
import { type Command, exitCodes } from '../command.ts';
import { jsonText } from '../json-text.ts';
import { renderPng } from '../pictures/index.ts';
import { filterOptions, readFilters } from '../streams/filters.ts';
import { counting, flow } from '../streams/flow.ts';
import { fileOptions, optionReader } from '../streams/options.ts';
import { checkOutput } from '../streams/sink.ts';
import { sourceAt } from '../streams/source.ts';
import { until } from '../streams/stopping.ts';
import { stopCodes } from '../terminal.ts';
import { overviewPicture } from '../view/draw.ts';
import { gathering } from '../view/overview.ts';
import { overviewText } from '../view/text.ts';

const options: OptionSpecs = {
  text: { help: 'show it here as characters; so it is without --png, too' },
  png: { value: 'PICTURE', help: 'draw it to this file' },
  ...fileOptions,
  ...filterOptions,
  overwrite: { help: 'write over PICTURE if it is there' },
  json: { help: 'print the numbers as JSON' },
  help: { help: 'print this' },
};

const help = `spikeline view FILE [--text] [--png PICTURE] [filters] [options]

Shows how many events there were over time, and where: in characters, or drawn, with what became brighter and what
became darker in colours of their own. FILE is read once, in little memory; - is standard input. Filters are applied in
the order in which they stand below. After Ctrl-C it shows what has been read.

${optionHelp(options)}

Exit codes: 0 done, 130, 143 and 129 stopped by Ctrl-C, SIGTERM and SIGHUP, 2 bad input, FILE cannot be read or is
damaged beyond reading, or PICTURE cannot be written.`;

/** The command that shows events. */
export const view: Command = {
  name: 'view',
  summary: 'show when and where the events of a file are',
  options,
  help,
  async run(given, terminal, stop) {
    const reader = optionReader(given);
    const [file = ''] = reader.words(1, 'one file is needed: spikeline view FILE', 'FILE');
    const decoding = reader.decoding('input-');
    const stream = reader.text('stream');
    const read = { ...decoding, ...(stream !== undefined && { stream }) };
    const filters = readFilters(reader);
    const source = file === '' ? undefined : sourceAt('FILE', file, reader, terminal, read);
    const inputs = source?.path === undefined ? [] : [source.path];
    const [png, json] = [reader.text('png'), reader.flag('json')];
    if (png !== undefined) checkOutput('--png', png, reader.flag('overwrite'), inputs, reader);
    if (json && reader.flag('text')) {
      reader.problems.push(fault('--json', 'conflict', 'standard output has the text'));
    }
    reader.check('nothing can be shown');
    const gathered = gathering();
    const gather = (item: StreamItem): void => {
      if (itemKind(item) !== 'events') {
        throw new DataError(`these are ${itemKind(item)}; events can be shown`);
      }
      gathered.add(item as AerPacket);
    };
    const { signal } = await flow(
      stop,
      (stopped$): Observable<unknown> => {
        const count = { items: 0, count: 0 };
        const items$ = until(source!, stopped$).pipe(counting(count, terminal, 'events'));
        return filters.through(items$).pipe(tap(gather));
      },
      source,
    );
    const overview = gathered.overview();
    const name = printable(source!.name);
    if (png !== undefined) {
      writeFiles(new Map([[png, renderPng(overviewPicture(name, overview))]]));
    }
    if (json) terminal.out(jsonText(overview));
    else if (png === undefined || reader.flag('text')) {
      terminal.out(`${name}: ${overviewText(overview)}\n`);
    } else terminal.out(`${printable(png)}\n`);
    return signal === undefined ? exitCodes.ok : stopCodes[signal];
  },
};
