import { join } from 'node:path';
import { InvalidArgumentError } from 'spikeline';
import { problem } from 'spikeline/problems';
import { type OptionSpecs, optionHelp } from '../arguments.ts';
import { type Command, exitCodes } from '../command.ts';
import { inspectionPictures } from '../inspect/draw.ts';
import { inspectionReport } from '../inspect/report.ts';
import { inspectionText } from '../inspect/text.ts';
import { writePictures } from '../pictures/index.ts';
import { readText } from '../read-text.ts';
import { makeFolder, writeJson, writeWhole } from '../store.ts';

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

Exit codes: 0 done, 2 the file cannot be read or is no configuration.`;

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
    const report = inspectionReport(readText(file));
    const text = `${file}: ${inspectionText(report)}`;
    if (out !== undefined) {
      makeFolder(out);
      writeJson(join(out, 'inspection.json'), report);
      writeWhole(join(out, 'inspection.txt'), `${text}\n`);
      writePictures(out, inspectionPictures(report));
    }
    const told = out === undefined ? text : `${text}\n\nfindings and pictures: ${out}`;
    terminal.out(`${values['json'] === true ? JSON.stringify(report, undefined, 1) : told}\n`);
    return exitCodes.ok;
  },
};
