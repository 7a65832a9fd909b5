import type { LinkInfo } from 'spikeline/devices';
import { columns } from '../columns.ts';
import type { FrozenNoiseResult, PatternResult, TargetResult } from './result.ts';

/** Figures of the paper's Table 1, hertz and ratios (Çakal et al.). */
const paper = {
  simulated: { fn0: [164, 14, 11.7], fn1: [24, 122, 5.1], test: [138, 123, 1.1] },
  quantised: { fn0: [136, 58, 2.3], fn1: [58, 144, 2.5], test: [143, 123, 1.2] },
} as const;

const ratio = (value: number | null): string => (value === null ? '∞' : value.toFixed(1));

const cell = (rates: readonly [number, number], frr: number | null): string =>
  `${rates[0].toFixed(0)}/${rates[1].toFixed(0)} (${ratio(frr)})`;

function row(label: string, { fn0, fn1, test }: TargetResult): string[] {
  const pattern = ({ rates, frr }: PatternResult): string => cell(rates, frr);
  return [
    label,
    pattern(fn0),
    pattern(fn1),
    test.count === 0 ? '–' : cell(test.rates, test.meanFrr),
  ];
}

function paperRow(label: string, figures: (typeof paper)[keyof typeof paper]): string[] {
  const text = ([n0, n1, frr]: readonly [number, number, number]): string => cell([n0, n1], frr);
  return [label, text(figures.fn0), text(figures.fn1), text(figures.test)];
}

/** How chips of a family hold weights. */
function heldAs(family: string | undefined): string {
  return family === 'dynapse1' ? 'weights as entries of synapses' : 'weights in four bits';
}

/** Which board it was. */
function boardLine({ name, serial, family, chips }: LinkInfo): string {
  return `board: ${name} (${family}), serial number ${serial}, ${chips} ${chips === 1 ? 'chip' : 'chips'} used`;
}

/** What depends on the machine and on what else it does: speed, and the run in real time with its losses. */
function machineLines({ trainingSeconds, epochsPerSecond, realTime }: FrozenNoiseResult): string[] {
  const { fn0, fn1, test, events, lost } = realTime;
  const figures = [
    `FN0 ${cell(fn0.rates, fn0.frr)}`,
    `FN1 ${cell(fn1.rates, fn1.frr)}`,
    ...(test === undefined ? [] : [`TEST ${cell(test.rates, test.meanFrr)}`]),
  ];
  const losses = Object.entries(lost).map(([reason, count]) => `${count} ${reason}`);
  return [
    `on this machine: trained in ${trainingSeconds.toFixed(1)} s, ${epochsPerSecond.toFixed(0)} epochs/s`,
    `chip in real time: ${figures.join(', ')}; lost of ${events} events: ${losses.join(', ') || 'none'}`,
  ];
}

/**
 * Prints the paper's Table 1 with this run's figures: rates N0/N1 in hertz and the ratio in brackets. The same seed
 * gives the same lines on any machine, but for the last two.
 */
export function resultTable(result: FrozenNoiseResult): string {
  const { simulated, quantised, chip, chips } = result;
  const [first, second] = chips.medianFrr;
  const table = columns([
    ['rates N0/N1 in Hz (FRR)', 'FN0', 'FN1', 'TEST'],
    row('simulated', simulated),
    paperRow('  paper', paper.simulated),
    row('quantised', quantised),
    paperRow('  paper', paper.quantised),
    row('chip', chip),
  ]);
  const lines = [
    table,
    '',
    `${heldAs(result.board?.family)}: mean squared error ${quantised.mse.toPrecision(3)}`,
    `training: ${result.epochs} epochs; loss of the chosen network ${result.loss.toFixed(4)}`,
  ];
  if (simulated.test.count > 0) {
    lines.push(
      `TEST: mean over ${simulated.test.count} random rasters; largest FRR ${ratio(simulated.test.maxFrr)} simulated, ${ratio(chip.test.maxFrr)} on the chip`,
    );
  }
  if (chips.count > 0) {
    lines.push(
      `chips: ${chips.bothCorrect} of ${chips.count} classify both patterns; median FRR ${ratio(first)} and ${ratio(second)}`,
    );
  }
  const board = result.board === undefined ? [] : [boardLine(result.board)];
  return [...lines, ...board, '', ...machineLines(result)].join('\n');
}
