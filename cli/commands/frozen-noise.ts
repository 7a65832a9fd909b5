import { Observable } from 'rxjs';
import { InvalidArgumentError } from 'spikeline';
import { problem } from 'spikeline/problems';
import { type Given, numberReader, type OptionSpecs, optionHelp } from '../arguments.ts';
import { type Command, exitCodes } from '../command.ts';
import { type FrozenNoiseConfig, runFrozenNoise } from '../frozen-noise/experiment.ts';
import { resultTable } from '../frozen-noise/table.ts';
import { progressBar } from '../progress-bar.ts';
import type { Terminal } from '../terminal.ts';

const options: OptionSpecs = {
  seed: { value: 'N', help: 'seed of patterns, weights, mismatch and chips', fallback: '0' },
  epochs: { value: 'N', help: 'epochs of training', fallback: '12000' },
  mismatch: { value: 'F', help: 'mismatch of the virtual chips, three sigma', fallback: '30%' },
  'training-mismatch': { value: 'F', help: 'mismatch during training', fallback: '5%' },
  chips: { value: 'N', help: 'virtual chips that run both patterns', fallback: '100' },
  tests: { value: 'N', help: 'random rasters on which no neuron should win', fallback: '1000' },
  quick: { help: '3000 epochs, 10 chips, 50 random rasters, unless said otherwise' },
  'real-time': { help: 'stream the random rasters to the chip in real time too' },
  uncalibrated: { help: 'take the first neurons of the chip as they are, unmeasured' },
  data: { value: 'FOLDER', help: 'recorded patterns: train.json and test_NxTxC.bits' },
  out: { value: 'FOLDER', help: 'where everything goes', fallback: 'runs/frozen-noise' },
  checkpoint: { value: 'FILE', help: 'go on from this file if it is there, and save to it' },
  json: { help: 'print only the result, as JSON' },
  help: { help: 'print this' },
};

const help = `spikeline frozen-noise [options]

Runs the frozen-noise experiment from training to the chip: two recurrent neurons learn to tell two
frozen patterns of 60 channels of 50 Hz noise apart. The network is trained with mismatch, simulated,
quantised to four bits, deployed, streamed as address-events in real time to a virtual chip and read
back; then run on many virtual chips and on random rasters. Before the chip runs, its neurons are
measured in real time and the two that behave most like the model are taken; the many chips are taken
as they are.

Prints the paper's Table 1 beside this run and writes result.json, pipeline.json, quantised.json,
configuration.json, chip.json, training.json and pictures (SVG and PNG) to the folder. Ctrl-C ends training early
and goes on with what it has; a second Ctrl-C stops everything.

${optionHelp(options)}

Exit codes: 0 done, 2 bad input or a file or device that failed, 130 stopped.`;

/** Emits at the first Ctrl-C; a second one ends the process. */
function interruptions(terminal: Terminal): Observable<void> {
  return new Observable((subscriber) =>
    terminal.onInterrupt(() => {
      terminal.onInterrupt(() => terminal.exit(exitCodes.interrupted));
      terminal.err('\nending training early; press Ctrl-C again to stop everything\n');
      subscriber.next();
    }),
  );
}

function configure(given: Given): FrozenNoiseConfig & { json: boolean } {
  const { values, positionals } = given;
  const numbers = numberReader(given);
  const quick = values['quick'] === true;
  const text = (name: string): string | undefined => values[name] as string | undefined;
  const data = text('data');
  const checkpoint = text('checkpoint');
  const config = {
    seed: numbers.whole('seed', 0, 0),
    epochs: numbers.whole('epochs', quick ? 3000 : 12_000, 0),
    mismatch: numbers.fraction('mismatch', 0.3),
    trainingMismatch: numbers.fraction('training-mismatch', 0.05),
    chips: numbers.whole('chips', quick ? 10 : 100, 0),
    tests: numbers.whole('tests', quick ? 50 : 1000, 0),
    realTime: values['real-time'] === true,
    uncalibrated: values['uncalibrated'] === true,
    out: text('out') ?? 'runs/frozen-noise',
    json: values['json'] === true,
    ...(data === undefined ? {} : { data }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
  };
  const problems = [
    ...numbers.problems,
    ...(positionals.length === 0
      ? []
      : [
          problem(
            'words',
            'unknown',
            positionals,
            'there is nothing to name; see spikeline frozen-noise --help',
          ),
        ]),
  ];
  if (problems.length > 0) throw new InvalidArgumentError('the experiment cannot start', problems);
  return config;
}

/** The main job. */
export const frozenNoise: Command = {
  name: 'frozen-noise',
  summary: 'train, quantise, deploy and stream two frozen patterns of noise (the main job)',
  options,
  help,
  async run(given, terminal) {
    const config = configure(given);
    const result = await runFrozenNoise(config, interruptions(terminal), progressBar(terminal));
    terminal.out(
      config.json
        ? `${JSON.stringify(result, undefined, 1)}\n`
        : `\n${resultTable(result)}\n\nresults and pictures: ${config.out}\n`,
    );
    return exitCodes.ok;
  },
};
