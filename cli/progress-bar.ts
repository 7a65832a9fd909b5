import cliProgress from 'cli-progress';
import type { Progress } from './frozen-noise/bench.ts';
import type { Terminal } from './terminal.ts';

/** Milliseconds between two lines where there is no terminal. */
const plainInterval = 5000;

/** Bars that are drawn at the moment, and have hidden the cursor. */
const drawn = new Set<cliProgress.SingleBar>();

/** Gives the terminal back as it was, if a bar was left in the middle. */
export function restoreTerminal(): void {
  for (const bar of drawn) bar.stop();
  drawn.clear();
}

/** Shows progress on standard error: a bar with the time left on a terminal, lines elsewhere. */
export function progressBar(terminal: Terminal): Progress {
  return terminal.bars === undefined ? lineProgress(terminal) : barProgress(terminal.bars);
}

function barProgress(stream: NodeJS.WriteStream): Progress {
  let bar: cliProgress.SingleBar | undefined;
  return {
    begin(label, total) {
      bar = new cliProgress.SingleBar(
        {
          format: `${label.padEnd(11)} {bar} {percentage} % | {value}/{total} | {eta_formatted} left | {note}`,
          stream,
          hideCursor: true,
          // Signals are heard by the command, which ends the bar itself.
          gracefulExit: false,
          etaBuffer: 50,
        },
        cliProgress.Presets.shades_classic,
      );
      drawn.add(bar);
      bar.start(total, 0, { note: '' });
    },
    move: (done, note = '') => bar?.update(done, { note }),
    end() {
      if (bar !== undefined) drawn.delete(bar);
      bar?.stop();
      bar = undefined;
    },
  };
}

function lineProgress(terminal: Terminal): Progress {
  let label = '';
  let total = 0;
  let begun = 0;
  let last = 0;
  const say = (text: string): void => terminal.err(`${text}\n`);
  return {
    begin(name, pieces) {
      label = name;
      total = pieces;
      begun = performance.now();
      last = begun;
      say(`${label}: ${total}`);
    },
    move(done, note = '') {
      if (performance.now() - last < plainInterval) return;
      last = performance.now();
      const left = (((last - begun) / 1000) * (total - done)) / Math.max(1, done);
      say(`${label}: ${done}/${total}, ${left.toFixed(0)} s left${note === '' ? '' : `, ${note}`}`);
    },
    end: () => {},
  };
}
