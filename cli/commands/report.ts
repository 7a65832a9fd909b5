/** The command that sums a session up. */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { openFolder } from 'spikeline/files';
import { readSession, sessionReport } from 'spikeline/loop';
import { printable } from 'spikeline/problems';
import { type OptionSpecs, optionHelp } from '../arguments.ts';
import { type Command, exitCodes } from '../command.ts';
import { jsonText } from '../json-text.ts';
import { pictureFiles } from '../pictures/index.ts';
import { sessionPictures } from '../session/draw.ts';
import { sessionText } from '../session/text.ts';
import { optionReader } from '../streams/options.ts';
import { turn } from '../turn.ts';

const options: OptionSpecs = {
  out: { value: 'FOLDER', help: 'where report.json and pictures go; to the session if left out' },
  json: { help: 'print report.json' },
  help: { help: 'print this' },
};

const help = `spikeline report FOLDER [options]

Sums a session up: its streams with their clocks, rates by channel, latencies, what was lost, marks, and why it ended.
Draws spikes by channel, values over time and latencies. FOLDER may be a recording (FILE.spk), too. A session that was
cut off is read up to its last whole chunk.

Writes to the session's folder, or to --out
  report.json       all figures
  spikes.svg/png    spikes by channel
  NAME.svg/png      each stream of values
  latency.svg/png   latencies of steps

${optionHelp(options)}

Exit codes: 0 done, 130 and the like stopped, with nothing written, 2 bad input, no session, or a folder that cannot be
written.`;

/** The command that sums a session up. */
export const report: Command = {
  name: 'report',
  summary: 'sum a session up in tables and pictures',
  options,
  help,
  async run(given, terminal) {
    const reader = optionReader(given);
    const needed = 'one folder is needed: spikeline report FOLDER';
    const [path = ''] = reader.words(1, needed, 'FOLDER');
    reader.check('no report can be made');
    const session = await readSession(path);
    try {
      const isFolder = statSync(path).isDirectory();
      const out = reader.text('out') ?? (isFolder ? path : dirname(path));
      const inputs = isFolder ? [] : [path];
      const folder = openFolder(out, { names: ['report.json'], inputs });
      try {
        const found = await sessionReport(session);
        const pictures = await sessionPictures(session, found);
        await turn();
        const drawn = pictureFiles(pictures);
        folder.writeAll({ 'report.json': jsonText(found), ...drawn });
        if (reader.flag('json')) terminal.out(jsonText(found));
        else {
          const names = ['report.json', ...Object.keys(drawn)].join(', ');
          terminal.out(`${sessionText(found)}\n\n${printable(out)}: ${printable(names)}\n`);
        }
      } finally {
        folder.close();
      }
    } finally {
      await session.close();
    }
    return exitCodes.ok;
  },
};
