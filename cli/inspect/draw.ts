import { coreCurrentNames, currentParameter, dynapse2 } from 'spikeline/chip';
import { dotPlot, histogram, stripPlot } from '../pictures/index.ts';
import type { CoreReport, InspectionReport } from './report.ts';

const nameOf = ({ chip, core }: CoreReport): string => `chip ${chip}, core ${core}`;

/** Draws the biases of a chip: as many cores as there are colours to tell apart. */
function biases(chip: number, cores: readonly CoreReport[]): string {
  return dotPlot({
    title: `Biases of chip ${chip} that carry the currents of the model`,
    xLabel: 'current (A)',
    rows: coreCurrentNames.map((name) => `${currentParameter[name]} (${name})`),
    series: cores
      .filter((core) => core.chip === chip)
      .map((core) => ({
        label: nameOf(core),
        values: coreCurrentNames.map((name) => core.currents[name]),
      })),
  });
}

/** Draws every picture of an inspection as SVG; none if no core is in use. */
export function inspectionPictures({ cores }: InspectionReport): Readonly<Record<string, string>> {
  if (cores.length === 0) return {};
  const chips = [...new Set(cores.map(({ chip }) => chip))];
  return {
    'fan-in': histogram({
      title: 'Fan-in',
      xLabel: `synapses of a neuron (${dynapse2.limits.synapses} exist)`,
      series: [{ label: 'neurons that listen', values: cores.flatMap(({ fanIn }) => fanIn) }],
      whole: true,
    }),
    'fan-out': histogram({
      title: 'Fan-out',
      xLabel: 'synapses that a neuron reaches',
      series: [{ label: 'neurons that send', values: cores.flatMap(({ fanOut }) => fanOut) }],
      whole: true,
    }),
    tags: stripPlot({
      title: 'Tags',
      xLabel: 'tag',
      count: dynapse2.limits.tags,
      series: ['sent and heard', 'heard, but sent by no neuron', 'sent, but heard by no synapse'],
      strips: cores.map((core) => {
        const { heard, unsent, unheard } = core.tags;
        const outside = new Set(unsent);
        const both = heard.filter((tag) => !outside.has(tag));
        return { label: nameOf(core), marks: [both, unsent, unheard] };
      }),
    }),
    ...Object.fromEntries(chips.map((chip) => [`biases-chip${chip}`, biases(chip, cores)])),
  };
}
