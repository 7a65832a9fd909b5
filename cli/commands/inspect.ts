import { InvalidArgumentError } from 'spikeline';
import { openFolder } from 'spikeline/files';
import { printable, problem } from 'spikeline/problems';
import { type OptionSpecs, optionHelp } from '../arguments.ts';
import { type Command, exitCodes } from '../command.ts';
import { inspectionPictures } from '../inspect/draw.ts';
import { inspectionReport } from '../inspect/report.ts';
import { inspectionText } from '../inspect/text.ts';
import { jsonText } from '../json-text.ts';
import { pictureFiles } from '../pictures/index.ts';
import { reading, readText } from '../read.ts';
import { turn } from '../turn.ts';

const options: OptionSpecs = {
  out: { value: 'FOLDER', help: 'where inspection.json, inspection.txt and the pictures go' },
  json: { help: 'print only the findings, as JSON' },
  help: { help: 'print this' },
};

const help = `spikeline inspect CONFIG [options]

Says what a configuration makes of a board, from the configuration alone: one that spikeline deploy
wrote, or one that samna gave (Dynapse2Configuration.to_json()).

For each core in use: how many neurons listen, send and report to the host; synapses by dendrite; tags in
use, those that no neuron sends (inputs from the host, or dead synapses) and those that no synapse
hears; latches; fan-in and fan-out; and every bias as coarse and fine value, current, and what it gives:
time constants tau = C·Ut/(kappa·I), pulse widths t = C·Vth/I, gain ratios Igain/Itau. Destinations that
lead off the board are named. Currents are nominal: silicon deviates.

With --out it draws fan-in, fan-out, tags and biases too (SVG and PNG).

${optionHelp(options)}

Exit codes: 0 done, 2 the file cannot be read or is no configuration, or a result cannot be written.`;

/** The command that explains a configuration. */
export const inspect: Command = {
  name: 'inspect',
  summary: 'explain a configuration: cores, fan-in, tags, biases',
  options,
  help,
  async run({ values, positionals }, terminal) {
    const [file, ...rest] = positionals;
    if (file === undefined || rest.length > 0) {
      throw new InvalidArgumentError('nothing can be inspected', [
        problem(
          'CONFIG',
          'out-of-range',
          positionals,
          'one file is needed: spikeline inspect CONFIG',
        ),
      ]);
    }
    const out = values['out'] as string | undefined;
    const folder =
      out === undefined
        ? undefined
        : openFolder(out, { names: ['inspection.json', 'inspection.txt'], inputs: [file] });
    try {
      const report = reading(file, () => inspectionReport(readText(file)));
      const text = `${printable(file)}: ${inspectionText(report)}`;
      await turn();
      folder?.writeAll({
        'inspection.json': jsonText(report),
        'inspection.txt': `${text}\n`,
        ...pictureFiles(inspectionPictures(report)),
      });
      const told =
        folder === undefined ? text : `${text}\n\nfindings and pictures: ${printable(folder.path)}`;
      terminal.out(values['json'] === true ? jsonText(report) : `${told}\n`);
    } finally {
      folder?.close();
    }
    return exitCodes.ok;
  },
};
