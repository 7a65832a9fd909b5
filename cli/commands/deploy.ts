import {
  type DeployOptions,
  deploy as deployPipeline,
  InvalidArgumentError,
  pipelineFromJson,
} from 'spikeline';
import { quantise, toSamnaJson } from 'spikeline/chip';
import { openFolder } from 'spikeline/files';
import { fault, printable, problem } from 'spikeline/problems';
import { type Given, numberReader, type OptionSpecs, optionHelp } from '../arguments.ts';
import { type Command, exitCodes } from '../command.ts';
import { deploymentPicture } from '../deploy/draw.ts';
import { deploymentRecord } from '../deploy/record.ts';
import { deploymentText } from '../deploy/text.ts';
import { jsonText } from '../json-text.ts';
import { pictureFiles, pictureNames } from '../pictures/index.ts';
import { reading, readText } from '../read.ts';
import { turn } from '../turn.ts';

const options: OptionSpecs = {
  out: { value: 'FOLDER', help: 'where everything goes; needed' },
  seed: { value: 'N', help: 'seed of the search for the four bits of the weights', fallback: '0' },
  board: { value: 'FILE', help: '', replacedBy: 'configuration' },
  configuration: {
    value: 'FILE',
    help: "configuration of a real board, from samna's to_json(), to lay ours over",
  },
  json: { help: 'print only deployment.json' },
  help: { help: 'print this' },
};

const help = `spikeline deploy PIPELINE --out FOLDER [options]

Translates a saved pipeline (pipeline.json, as pipelineToJson writes it) into the configuration of a
board: cores and neurons, four bits a weight, tags, CAM and SRAM, bias codes. Refuses with every limit
that is broken.

Writes to the folder
  configuration.json  what the board is told: with --configuration in samna's form, else in Spikeline's own, which
                      samna refuses; see spikeline inspect
  deployment.json     where the host sends each input channel, which hardware neuron is which neuron of
                      which population, what became of the weights on each core, what was given up
  deployment.svg/png  the populations on the board

A real board needs addresses and fields that are not public. Save what it has
(model.get_configuration().to_json()) and give it as --configuration: only what the network says is replaced, which
is CAM, SRAM and latches, and the biases of its currents on the cores in use. All else stays as it is
there, to the letter, and Dynapse2Configuration.from_json() takes the result.

The error of the weights counts both roundings, to four bits and to the steps of the bias generator.

${optionHelp(options)}

Exit codes: 0 done, 2 bad input, a pipeline that no board can hold, or a file that failed, 130 and the like
stopped, with nothing written.`;

/** Everything that goes to the folder. */
const names = ['configuration.json', 'deployment.json', ...pictureNames(['deployment'])];

function configure(given: Given) {
  const { values, positionals } = given;
  const numbers = numberReader(given);
  const seed = numbers.whole('seed', 0, { min: 0 });
  const out = values['out'] as string | undefined;
  const [file] = positionals;
  const problems = [
    ...numbers.problems,
    ...(positionals.length === 1
      ? []
      : [
          problem(
            'PIPELINE',
            'out-of-range',
            positionals,
            'one file is needed: spikeline deploy PIPELINE --out FOLDER',
          ),
        ]),
    ...(out === undefined || out === ''
      ? [fault('--out', 'missing', 'it is missing; say where everything goes')]
      : []),
  ];
  return {
    json: values['json'] === true,
    board: values['configuration'] as string | undefined,
    problems,
    file: file ?? '',
    out: out ?? '',
    seed,
  };
}

/** The command that translates a pipeline for a board. */
export const deploy: Command = {
  name: 'deploy',
  summary: 'translate a saved pipeline into the configuration of a board',
  options,
  help,
  async run(given, terminal) {
    const config = configure(given);
    const { file, out, seed, board, json, problems } = config;
    if (problems.length > 0) throw new InvalidArgumentError('nothing can be deployed', problems);
    const inputs = board === undefined ? [file] : [file, board];
    const net = reading(file, () => pipelineFromJson(readText(file)));
    const own = board === undefined ? undefined : readText(board);
    const folder = openFolder(out, { names, inputs });
    try {
      const choices: DeployOptions =
        seed === 0 ? {} : { quantiser: (weights) => quantise(weights, { seed }) };
      const deployment = reading(file, () => deployPipeline(net, choices));
      const record = deploymentRecord(deployment);
      const files = {
        'configuration.json': reading(board ?? file, () =>
          toSamnaJson(deployment.configuration, own),
        ),
        'deployment.json': jsonText(record),
        ...pictureFiles({ deployment: deploymentPicture(record) }),
      };
      await turn();
      folder.writeAll(files);
      terminal.out(
        json
          ? jsonText(record)
          : `${deploymentText(record)}\n\nconfiguration and map: ${printable(out)}\n`,
      );
    } finally {
      folder.close();
    }
    return exitCodes.ok;
  },
};
