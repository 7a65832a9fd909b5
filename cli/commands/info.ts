/** The command that says what a file of events holds. */
import { printable } from 'spikeline/problems';
import { type OptionSpecs, optionHelp } from '../arguments.ts';
import { type Command, exitCodes } from '../command.ts';
import { fileInfo } from '../info/summary.ts';
import { infoText } from '../info/text.ts';
import { jsonText } from '../json-text.ts';
import { progress } from '../streams/flow.ts';
import { optionReader, readableFormats } from '../streams/options.ts';
import { naming, piecesOf, standard } from '../streams/pieces.ts';
import { checkInput } from '../streams/source.ts';

const options: OptionSpecs = {
  format: { value: 'NAME', help: 'format of the file; found by its content if left out' },
  options: { value: 'JSON', help: 'options of the format\'s decoder, as {"width":346}' },
  json: { help: 'print the findings as JSON' },
  help: { help: 'print this' },
};

const help = `spikeline info FILE [options]

Says what a file of events is: its format, which is found by what is in it and not by its name, the size of the
picture, how many events there are, how many of them ON, from when to when, and a digest, which is the same for the
same events in any format: SHA-256 over a record of 13 bytes for each, in the order of the file. What is no event
(triggers, frames, bytes cut off, …) is counted by reason. Of a recording (spk) all streams are listed, and what is
told first is of its first stream of events. The file is read once, in little memory; - is standard input.

Formats: ${readableFormats}.

${optionHelp(options)}

With --json: { format, width, height, events, firstTimestamp, lastTimestamp, onEvents, digest, skipped } and, of a
recording, streams. Times are whole microseconds; null is what the file does not say.

Progress is said on standard error.

Exit codes: 0 done, 2 the file cannot be read, is of no known format, or is damaged beyond reading.`;

/** Tells how many bytes have passed. */
async function* watched(
  pieces: AsyncIterable<Uint8Array>,
  so: (far: number) => void,
): AsyncGenerator<Uint8Array> {
  let far = 0;
  for await (const piece of pieces) {
    yield piece;
    far += piece.length;
    so(far);
  }
}

/** The command that says what a file of events holds. */
export const info: Command = {
  name: 'info',
  summary: 'say what a file of events holds: format, picture, times, digest',
  options,
  help,
  async run(given, terminal) {
    const reader = optionReader(given);
    const decoding = reader.decoding();
    const needed = 'one file is needed: spikeline info FILE';
    const [file = ''] = reader.words(1, needed, 'FILE');
    if (file !== standard && file !== '') checkInput('FILE', file, reader);
    reader.check('nothing can be told');
    const { so, end } = progress(terminal, 'bytes');
    const pieces = watched(piecesOf(file, terminal.input), so);
    const found = await naming(file, () => fileInfo(pieces, decoding)).finally(end);
    const name = file === standard ? 'standard input' : printable(file);
    terminal.out(given.values['json'] === true ? jsonText(found) : `${name}\n${infoText(found)}\n`);
    return exitCodes.ok;
  },
};
