/** The command that says how well this machine keeps a closed loop. */
import { defer, finalize, takeUntil, tap } from 'rxjs';
import { chip, type Link, simulator } from 'spikeline';
import { writeFiles } from 'spikeline/files';
import { latencyMeter } from 'spikeline/loop';
import { printable } from 'spikeline/problems';
import { type OptionSpecs, optionHelp } from '../arguments.ts';
import { type Command, exitCodes } from '../command.ts';
import { jsonText } from '../json-text.ts';
import { machineLoop, thresholdOf } from '../latency/machine-loop.ts';
import { latencyPicture, latencyReport, latencyText } from '../latency/report.ts';
import { renderPng } from '../pictures/index.ts';
import { boardAddressHelp, boardHelp, readBoardAddress } from '../streams/board.ts';
import { flow, progress } from '../streams/flow.ts';
import { optionReader } from '../streams/options.ts';
import { checkOutput } from '../streams/sink.ts';
import { stopCodes } from '../terminal.ts';

const options: OptionSpecs = {
  step: { value: 'MS', help: 'length of a step, milliseconds, from 0.1 to 10', fallback: '1' },
  seconds: { value: 'S', help: 'how long to measure', fallback: '5' },
  neurons: { value: 'N', help: 'neurons of the network, up to 256', fallback: '256' },
  board: { value: 'BOARD', help: `run the network on a board, not on the simulator: ${boardHelp}` },
  spin: { value: 'SHARE', help: 'share of a core that waiting may burn, 0 to 1', fallback: '0.2' },
  png: { value: 'PICTURE', help: 'draw latencies to this file' },
  overwrite: { help: 'write over PICTURE if it is there' },
  json: { help: 'print the numbers as JSON' },
  help: { help: 'print this' },
};

const help = `spikeline latency [options]

Says how well this machine keeps a closed loop in real time: each step one spike goes into a network of relays, whose
answer says where the next one goes. A latency is the time from handing over the input of a step to being handed its
output; a step is missed if its turn comes a whole step late or more. On a board, a step is stalled if it was left out
since none of the last 64 had an answer, and together if nothing came in its answer and its spike may have come with
those of a step before, as where the inputs of both reach the board within one of its own steps. After Ctrl-C it tells
what was measured by then. Progress is said on standard error.

${boardAddressHelp}

${optionHelp(options)}

With --json: { target, step, steps, missed, stalled, together, mean, p50, p90, p99, p999, max }, times in microseconds.

Exit codes: 0 done, 130, 143 and 129 stopped by Ctrl-C, SIGTERM and SIGHUP, 2 bad input, or PICTURE cannot be written.`;

/** The command that measures the machine. */
export const latency: Command = {
  name: 'latency',
  summary: 'say how well this machine keeps a closed loop in real time',
  options,
  help,
  async run(given, terminal, stop) {
    const reader = optionReader(given);
    reader.words(0, 'no words are needed: spikeline latency [options]', '');
    const step = reader.number(
      'step',
      '0.1 to 10 milliseconds are needed',
      (n) => n >= 0.1 && n <= 10,
    );
    const seconds = reader.number('seconds', 'seconds above 0 are needed', (n) => n > 0);
    const neurons = reader.number(
      'neurons',
      '1 to 256 neurons are needed',
      (n) => Number.isInteger(n) && n >= 1 && n <= 256,
    );
    const spin = reader.number('spin', 'a share from 0 to 1 is needed', (n) => n >= 0 && n <= 1);
    const [png, address] = [reader.text('png'), reader.text('board')];
    const board = address === undefined ? undefined : readBoardAddress(address, reader.problems);
    if (png !== undefined) checkOutput('--png', png, reader.flag('overwrite'), [], reader);
    reader.check('nothing can be measured');
    const dt = (step ?? 1) / 1000;
    const virtual = { realTime: true, dt, mismatch: { fraction: 0 } };
    const link: Link | undefined = await board?.open(virtual);
    const target = link === undefined ? simulator() : chip(link as never, { mode: 'immediate' });
    const size = { dt, neurons: neurons ?? 256, seconds: seconds ?? 5 };
    const loop = machineLoop({ ...size, spin, threshold: thresholdOf(link) }, target);
    const meter = latencyMeter();
    const { so, end } = progress(terminal, 'steps');
    const { signal } = await flow(stop, (stopped$) =>
      defer(() => loop).pipe(
        takeUntil(stopped$),
        tap(({ step: at, latency: micros }) => {
          meter.record(micros);
          if (at % 1000 === 999) so(at + 1);
        }),
        finalize(() => void link?.close()),
      ),
    ).finally(end);
    const name = link?.info.name ?? 'simulator';
    const report = latencyReport(name, dt, meter, loop.losses.byReason);
    if (png !== undefined) writeFiles(new Map([[png, renderPng(latencyPicture(report, meter))]]));
    if (given.values['json'] === true) terminal.out(jsonText(report));
    else terminal.out(`${latencyText(report, meter)}\n`);
    if (png !== undefined && given.values['json'] !== true) terminal.out(`${printable(png)}\n`);
    return signal === undefined ? exitCodes.ok : stopCodes[signal];
  },
};
