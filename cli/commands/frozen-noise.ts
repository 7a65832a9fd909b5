import { InvalidArgumentError } from 'spikeline';
import { printable, problem } from 'spikeline/problems';
import { type Given, numberReader, type OptionSpecs, optionHelp } from '../arguments.ts';
import { type Command, exitCodes } from '../command.ts';
import type { FrozenNoiseConfig } from '../frozen-noise/bench.ts';
import { runFrozenNoise } from '../frozen-noise/experiment.ts';
import { Stopped, wishesOf } from '../frozen-noise/stopping.ts';
import { resultTable } from '../frozen-noise/table.ts';
import { jsonText } from '../json-text.ts';
import { progressBar } from '../progress-bar.ts';
import { boardAddressHelp, boardHelp, readBoardAddress } from '../streams/board.ts';
import { optionReader } from '../streams/options.ts';
import { readRecord, recordOption } from '../streams/recorder.ts';
import { stopCodes } from '../terminal.ts';

const options: OptionSpecs = {
  seed: { value: 'N', help: 'seed of patterns, weights, mismatch and chips', fallback: '0' },
  epochs: { value: 'N', help: 'epochs of training', fallback: '12000' },
  mismatch: { value: 'F', help: 'mismatch of the virtual chips, three sigma', fallback: '30%' },
  'training-mismatch': { value: 'F', help: 'mismatch during training', fallback: '5%' },
  chips: { value: 'N', help: 'virtual chips that run both patterns', fallback: '100' },
  tests: {
    value: 'N',
    help: 'random rasters on which no neuron should win',
    fallback: '1000, and 20 on a board that is not virtual',
  },
  board: { value: 'BOARD', help: `the board that runs it: ${boardHelp}`, fallback: 'virtual' },
  quick: { help: '3000 epochs, 10 chips, 50 random rasters (5), unless said otherwise' },
  'real-time': { help: 'stream the random rasters to the chip in real time too' },
  uncalibrated: { help: 'take the first neurons of the chip as they are, unmeasured' },
  data: { value: 'FOLDER', help: 'recorded patterns: train.json and test_NxTxC.bits' },
  out: { value: 'FOLDER', help: 'where everything goes', fallback: 'runs/frozen-noise' },
  checkpoint: { value: 'FILE', help: 'go on from this file if it is there, and save to it' },
  ...recordOption,
  json: { help: 'print only the result, as JSON' },
  help: { help: 'print this' },
};

const help = `spikeline frozen-noise [options]

Runs the frozen-noise experiment from training to the chip: two recurrent neurons learn to tell two
frozen patterns of 60 channels of 50 Hz noise apart. The network is trained with mismatch, simulated,
quantised to four bits, deployed, streamed as address-events to a virtual chip and read back, as fast as
it can and in real time; then run on many virtual chips and on random rasters. Before the chip runs, its
neurons are measured and the two that behave most like the model are taken; the many chips are taken as
they are.

Prints the paper's Table 1 beside this run and writes result.json, pipeline.json, quantised.json,
configuration.json, chip.json, training.json and pictures (SVG and PNG) to the folder. The same seed gives the
same table on any machine; what depends on the machine, its speed and what came late in real time, stands in
lines of its own. Ctrl-C ends training early and goes on with what it has; a second Ctrl-C, or SIGTERM,
stops everything and keeps what was found, its figures in unfinished.json.

On another board than a virtual one everything is in real time, and the network is quantised, placed and chosen for its chips; the
many chips are virtual ones of that family.

${boardAddressHelp}

${optionHelp(options)}

Exit codes: 0 done, 2 bad input or a file or device that failed, 130 stopped by Ctrl-C, 143 and 129 by SIGTERM
and SIGHUP, 141 as nobody reads on.`;

/** Seeds are multiplied for each chip: above this, two would share silicon. */
const mostSeed = 9e10;

function configure(given: Given): FrozenNoiseConfig & { json: boolean } {
  const { values, positionals } = given;
  const numbers = numberReader(given);
  const quick = values['quick'] === true;
  const text = (name: string): string | undefined => values[name] as string | undefined;
  const data = text('data');
  const checkpoint = text('checkpoint');
  const reader = optionReader(given);
  const record = readRecord(reader);
  const board = readBoardAddress(text('board') ?? 'virtual', reader.problems);
  const rasters = board?.kind === 'virtual' ? [50, 1000] : [5, 20];
  const config = {
    seed: numbers.whole('seed', 0, { min: 0, max: mostSeed }),
    epochs: numbers.whole('epochs', quick ? 3000 : 12_000, { min: 0, max: 1e9 }),
    mismatch: numbers.fraction('mismatch', 0.3),
    trainingMismatch: numbers.fraction('training-mismatch', 0.05),
    chips: numbers.whole('chips', quick ? 10 : 100, { min: 0, max: 1e5 }),
    tests: numbers.whole('tests', rasters[quick ? 0 : 1]!, { min: 0, max: 1e5 }),
    realTime: values['real-time'] === true,
    uncalibrated: values['uncalibrated'] === true,
    out: text('out') ?? 'runs/frozen-noise',
    json: values['json'] === true,
    ...(data === undefined ? {} : { data }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(record === undefined ? {} : { record }),
  };
  const problems = [
    ...numbers.problems,
    ...reader.problems,
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
  return { ...config, board: board! };
}

/** The main job. */
export const frozenNoise: Command = {
  name: 'frozen-noise',
  summary: 'train, quantise, deploy and stream two frozen patterns of noise (the main job)',
  options,
  help,
  async run(given, terminal, stop) {
    const config = configure(given);
    const wishes = wishesOf(terminal, stop);
    try {
      const result = await runFrozenNoise(config, wishes, progressBar(terminal));
      terminal.out(
        config.json
          ? jsonText(result)
          : `\n${resultTable(result)}\n\nresults and pictures: ${printable(config.out)}\n`,
      );
      return exitCodes.ok;
    } catch (cause) {
      if (cause instanceof Stopped) return stopCodes[cause.signal];
      throw cause;
    } finally {
      wishes.close();
    }
  },
};
