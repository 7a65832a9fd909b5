/** The command that keeps a stream. */

import { fault, printable } from 'spikeline/problems';
import type { WriteReport } from 'spikeline/sinks';
import { type OptionSpecs, optionHelp } from '../arguments.ts';
import { type Command, exitCodes } from '../command.ts';
import { jsonText } from '../json-text.ts';
import { addressHelp } from '../streams/address.ts';
import { type Count, counting, flow, lasting } from '../streams/flow.ts';
import { credentialsOption, latenessOption, optionReader } from '../streams/options.ts';
import { standard } from '../streams/pieces.ts';
import { readRecord, recorder, recording, recordOption } from '../streams/recorder.ts';
import { sinkAt } from '../streams/sink.ts';
import { sourceAt } from '../streams/source.ts';
import { until } from '../streams/stopping.ts';
import { endText, lossText } from '../streams/text.ts';
import { stopCodes } from '../terminal.ts';

const options: OptionSpecs = {
  for: { value: 'S', help: 'end after so many seconds' },
  ...latenessOption,
  format: { value: 'NAME', help: 'format of FILE; by its name if left out' },
  options: { value: 'JSON', help: 'options of its encoder' },
  ...credentialsOption,
  ...recordOption,
  overwrite: { help: 'write over FILE if it is there, and over what --record names' },
  json: { help: 'print what was written as JSON' },
  help: { help: 'print this' },
};

const help = `spikeline record SOURCE FILE [options]

Writes a stream to a file until it ends, or Ctrl-C. A recording (FILE.spk) holds whatever comes, events, rasters,
numbers or marks, and lacks the last 50 ms at most if the process is killed; other formats hold events. What was lost
on the way is counted where the source can see it. FILE may be -, standard output; then words are on standard error.

  spikeline record udp://127.0.0.1:3333 walk.spk
  spikeline record 'ws://127.0.0.1:8080?listen' walk.spk --for 60

${addressHelp}

${optionHelp(options)}

Exit codes: 0 the stream has ended, 130, 143 and 129 stopped by Ctrl-C, SIGTERM and SIGHUP, with all that had come in
FILE, 2 bad input, the source fails, or FILE cannot be written.`;

/** The command that keeps a stream. */
export const record: Command = {
  name: 'record',
  summary: 'write a stream from the network, a file or a pipe to a file',
  options,
  help,
  async run(given, terminal, stop) {
    const reader = optionReader(given);
    const needed = 'two names are needed: spikeline record SOURCE FILE';
    const [from = '', to = ''] = reader.words(2, needed, 'SOURCE FILE');
    const seconds = reader.number('for', 'seconds above 0 are needed', (value) => value > 0);
    const source =
      from === '' ? undefined : sourceAt('SOURCE', from, reader, terminal, reader.lateness());
    const inputs = source?.path === undefined ? [] : [source.path];
    const overwrite = reader.flag('overwrite');
    const config = { ...reader.encoding(), overwrite, inputs };
    const sink = to === '' ? undefined : sinkAt('FILE', to, reader, terminal, config);
    const json = reader.flag('json');
    if (json && to === standard) {
      reader.problems.push(fault('--json', 'conflict', 'standard output has the recording'));
    }
    const place = readRecord(reader, [...inputs, to]);
    reader.check('nothing can be recorded');
    const about = { command: 'record', source: from };
    const keep = place === undefined ? undefined : recorder(place, about, overwrite);
    const count: Count = { items: 0, count: 0 };
    const { losses, name } = source!;
    const work = () =>
      flow(
        stop,
        (stopped$) => {
          const source$ = until(source!, lasting(seconds, stopped$)).pipe(
            counting(count, terminal, 'recorded'),
          );
          return sink!.sink(keep === undefined ? source$ : source$.pipe(keep.record('source')));
        },
        source,
      );
    const ended = await recording(
      keep,
      () => losses.byReason,
      work,
      (one) => one.signal,
    );
    const { signal } = ended;
    const written = ended.report as WriteReport | undefined;
    if (json) {
      const about = { source: from, file: to, written, losses: losses.byReason };
      const stopped = signal === undefined ? {} : { stopped: signal };
      terminal.out(jsonText({ ...about, seconds: ended.seconds, ...stopped }));
    } else {
      const text = endText(sink!.name, written, ended.seconds);
      const say = to === standard ? terminal.err : terminal.out;
      say(`${count.count} of ${printable(name)}${text}\n${lossText(losses.byReason)}`);
    }
    return signal === undefined ? exitCodes.ok : stopCodes[signal];
  },
};
