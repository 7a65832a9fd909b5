import {
  type CoreCurrentName,
  type CoreGainName,
  type CoreTimeName,
  coreCurrentNames,
  coreParameterNames,
  currentParameter,
  latchNames,
} from 'spikeline/chip';
import { columns } from '../columns.ts';
import { bars } from './bars.ts';
import { counted, engineering, ranges } from './quantities.ts';
import type { CoreReport, InspectionReport } from './report.ts';

const pulses: Partial<Record<CoreCurrentName, CoreTimeName>> = {
  Ipulse: 't_pulse',
  Ipulse_ahp: 't_pulse_ahp',
  Iref: 't_ref',
};

/** What follows from a current: a time constant, a pulse width or a gain ratio. */
function meaning(name: CoreCurrentName, { times, gains }: CoreReport): string {
  const time = name.startsWith('Itau') ? (name.slice(1) as CoreTimeName) : pulses[name];
  if (time !== undefined) return `${time} ${engineering(times[time], 's')}`;
  if (!name.startsWith('Igain')) return '';
  const gain = `r_gain${name.slice('Igain'.length)}` as CoreGainName;
  return `${gain} ${Number(gains[gain].toPrecision(3))}`;
}

function biasTable(core: CoreReport): string[] {
  const carried = new Map(coreCurrentNames.map((name) => [currentParameter[name], name] as const));
  const told = coreParameterNames.flatMap((parameter) => {
    const bias = core.biases[parameter];
    return bias === undefined ? [] : [{ parameter, ...bias }];
  });
  const shown = told.filter(
    ({ parameter, coarse, fine }) => carried.has(parameter) || coarse + fine > 0,
  );
  const rows = shown.map(({ parameter, coarse, fine, current }) => {
    const name = carried.get(parameter);
    const gives = name === undefined ? '' : meaning(name, core);
    return [parameter, `${coarse}`, `${fine}`, engineering(current, 'A'), name ?? '', gives];
  });
  const rest = told.length - shown.length;
  const lines = columns([['bias', 'coarse', 'fine', 'current', 'model', 'gives'], ...rows]);
  return [
    ...lines.split('\n'),
    ...(rest === 0
      ? []
      : [`${rest} more stand at coarse 0, fine 0 and carry nothing of the model`]),
  ];
}

function histogramLines(title: string, values: readonly number[]): string[] {
  if (values.length === 0) return [];
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const min = Math.min(...values);
  const max = Math.max(...values);
  return [
    `${title} of ${counted(values.length, 'neuron')}: ${min}…${max}, mean ${Number(mean.toPrecision(3))}`,
    ...bars(values).map((line) => `  ${line}`),
  ];
}

function tagLines({ tags: { heard, sent, unsent, unheard } }: CoreReport): string[] {
  const list = (tags: readonly number[]): string => (tags.length === 0 ? '' : `: ${ranges(tags)}`);
  return [
    `tags heard   ${heard.length}${list(heard)}`,
    `  sent by no neuron (inputs from the host, or dead)   ${unsent.length}${list(unsent)}`,
    `tags sent    ${sent.length}${list(sent)}`,
    `  heard by no synapse   ${unheard.length}${list(unheard)}`,
  ];
}

function coreLines(core: CoreReport): string[] {
  const { fanIn, fanOut, synapses, mute, latches, reporting, settings } = core;
  const all = Object.values(synapses).reduce((sum, count) => sum + count, 0);
  const dendrites = Object.entries(synapses)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name.toUpperCase()}`);
  const set = latchNames.filter((name) => latches[name] > 0);
  const given = Object.keys(settings);
  return [
    `chip ${core.chip}, core ${core.core}`,
    ...[
      `neurons      ${fanIn.length} listen, ${fanOut.length} send, ${reporting} report to the host`,
      `synapses     ${all}${all === 0 ? '' : `: ${dendrites.join(', ')}`}`,
      ...(mute === 0 ? [] : [`  entries without a dendrite or a weight   ${mute}`]),
      ...tagLines(core),
      `latches set  ${set.map((name) => `${name} on ${latches[name]}`).join(', ') || 'none'}`,
      ...(given.length === 0 ? [] : [`settings     ${JSON.stringify(settings)}`]),
      '',
      ...histogramLines('fan-in', fanIn),
      ...histogramLines('fan-out (synapses reached)', fanOut),
      '',
      ...biasTable(core),
    ].map((line) => `  ${line}`.trimEnd()),
  ];
}

/** Destinations off the board that are written out. */
const mostStrays = 10;

function strayLines({ strays, chips }: InspectionReport): string[] {
  if (strays.length === 0) return [];
  const lines = strays.slice(0, mostStrays).map(({ from, destination }) => {
    const { xHop, yHop, tag } = destination;
    return `  chip ${from.chip}, core ${from.core}, neuron ${from.neuron}: tag ${tag}, ${xHop} hops east, ${yHop} north`;
  });
  const more = strays.length - lines.length;
  return [
    `${counted(strays.length, 'destination')} off the board of ${counted(chips, 'chip')}:`,
    ...lines,
    ...(more === 0 ? [] : [`  and ${more} more`]),
  ];
}

/** Writes an inspection for people. */
export function inspectionText(report: InspectionReport): string {
  const { chips, cores, settings, unknown } = report;
  const own = settings.flatMap((given, c) =>
    Object.keys(given).length === 0 ? [] : [`settings of chip ${c}: ${JSON.stringify(given)}`],
  );
  const heading = `${counted(chips, 'chip')}, ${counted(cores.length, 'core')} in use`;
  const passed =
    unknown.length === 0 ? [] : [`fields that Spikeline does not know: ${unknown.join(', ')}`];
  const sections = cores.map((core) => ['', ...coreLines(core)]);
  return [heading, ...own, ...strayLines(report), ...passed, ...sections.flat()].join('\n');
}
