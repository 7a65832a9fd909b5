import { DataError, InvalidArgumentError, pipelineToJson } from 'spikeline';
import { checkTarget, writeFiles } from 'spikeline/files';
import { pipelineOfNir, readNir } from 'spikeline/nir';
import { fault, problem, StorageError } from 'spikeline/problems';
import { decimal, type Given, type OptionSpecs, optionHelp } from '../arguments.ts';
import { type Command, exitCodes } from '../command.ts';
import { importReport } from '../import/report.ts';
import { importText } from '../import/text.ts';
import { jsonText } from '../json-text.ts';
import { readBytes } from '../read.ts';
import { turn } from '../turn.ts';

const options: OptionSpecs = {
  dt: { value: 'SECONDS', help: 'step of the pipeline', fallback: 'what the file says, or 0.001' },
  out: { value: 'FILE', help: 'where the pipeline goes, as spikeline deploy takes it' },
  json: { help: 'print only the report, as JSON' },
  help: { help: 'print this' },
};

const help = `spikeline import FILE.nir [options]

Reads a network in the Neuromorphic Intermediate Representation and turns it into a pipeline. Prints its
stages with the least and most of their parameters, and node by node what the simulator cannot run and
the chip cannot take.

NIR describes neurons in continuous time. Spikeline steps them by forward Euler, so the step matters: it
must not be above twice the shortest time constant.

${optionHelp(options)}

Exit codes: 0 the file was read, 1 it was, but holds no pipeline that --out could have saved, 2 it cannot be
read or is no NIR file, or the pipeline cannot be written.`;

function configure({ values, positionals }: Given) {
  const dt = values['dt'] as string | undefined;
  const step = dt === undefined ? undefined : decimal(dt);
  const [file = ''] = positionals;
  return {
    file,
    json: values['json'] === true,
    out: values['out'] as string | undefined,
    ...(step === undefined ? {} : { dt: step }),
    problems: [
      ...(positionals.length === 1
        ? []
        : [
            problem(
              'FILE',
              'out-of-range',
              positionals,
              'one file is needed: spikeline import FILE.nir',
            ),
          ]),
      ...(dt === undefined || (step !== undefined && step > 0)
        ? []
        : [
            problem(
              '--dt',
              'out-of-range',
              step ?? dt,
              'seconds above 0 are needed, such as 0.0001',
            ),
          ]),
      ...(values['out'] === ''
        ? [fault('--out', 'missing', 'it is empty; say where the pipeline goes')]
        : []),
    ],
  };
}

async function readGraph(file: string): ReturnType<typeof readNir> {
  const bytes = readBytes(file);
  try {
    return await readNir(bytes);
  } catch (cause) {
    if (cause instanceof DataError) throw new StorageError(file, cause.message, { cause });
    throw cause;
  }
}

/** The command that turns a NIR file into a pipeline. */
export const importNir: Command = {
  name: 'import',
  summary: 'turn a NIR file into a pipeline, and name what cannot run',
  options,
  help,
  async run(given, terminal) {
    const config = configure(given);
    const { file, out, json, dt, problems } = config;
    if (problems.length > 0) throw new InvalidArgumentError('nothing can be imported', problems);
    if (out !== undefined) checkTarget(out, [file]);
    const graph = await readGraph(file);
    const result = pipelineOfNir(graph, dt === undefined ? {} : { dt });
    await turn();
    if (out !== undefined && result.pipeline !== undefined) {
      writeFiles(new Map([[out, pipelineToJson(result.pipeline)]]));
    }
    const report = importReport(file, graph, result, out);
    terminal.out(json ? jsonText(report) : `${importText(report, out)}\n`);
    return out !== undefined && report.saved === null ? exitCodes.failed : exitCodes.ok;
  },
};
