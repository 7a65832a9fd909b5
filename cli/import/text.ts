import { printable } from 'spikeline/problems';
import type { ImportReport, NodeText, StageReport } from './report.ts';

/** A number with three digits. */
function figure(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}

function parameterText([name, [min, max]]: [string, readonly [number, number]]): string {
  return `${name} ${min === max ? figure(min) : `${figure(min)}…${figure(max)}`}`;
}

function row({ stage, kind, channelsIn, channelsOut, parameters }: StageReport): string[] {
  const size = channelsIn === channelsOut ? `${channelsOut}` : `${channelsIn} → ${channelsOut}`;
  return [stage, kind, size, Object.entries(parameters).map(parameterText).join(', ')];
}

/** Lays rows out in columns that begin where they should; the first row is the heading. */
function table(given: readonly (readonly string[])[]): string {
  const rows = given.map((cells) => cells.map(printable));
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((cells) => cells[c]!.length)));
  const [heading, ...body] = rows.map((cells) =>
    cells
      .map((text, c) => text.padEnd(widths[c]!))
      .join('   ')
      .trimEnd(),
  );
  const line = '─'.repeat(widths.reduce((sum, width) => sum + width + 3, -3));
  return [heading!, line, ...body].join('\n');
}

/** What there is to say of nodes, a line for each. */
function remarkLines(given: readonly NodeText[]): string[] {
  const remarks = given.map(({ node, text }) => ({ node: printable(node), text: printable(text) }));
  const width = Math.max(0, ...remarks.map(({ node }) => node.length));
  return remarks.map(({ node, text }) => `  ${node.padEnd(width)}  ${text}`.trimEnd());
}

function section(title: string, remarks: readonly NodeText[], none?: string): string[] {
  if (remarks.length > 0) return ['', `${title}:`, ...remarkLines(remarks)];
  return none === undefined ? [] : ['', none];
}

/** What `spikeline import` prints. */
export function importText(report: ImportReport, out: string | undefined): string {
  const { file, version, nodes, pipeline, simulator, chip, notes, saved } = report;
  const by = version === null ? 'NIR' : `NIR ${printable(version)}`;
  const became =
    pipeline === null
      ? 'no pipeline'
      : `a pipeline of ${pipeline.channelsIn} → ${pipeline.channelsOut} channels, dt ${pipeline.dt} s`;
  const stages = pipeline?.stages.map(row) ?? [];
  return [
    `${printable(file)}: ${by}, ${nodes} nodes; ${became}`,
    ...(stages.length === 0
      ? []
      : ['', table([['stage', 'kind', 'size', 'parameters'], ...stages])]),
    ...section('the simulator cannot run it', simulator, 'the simulator can run it'),
    ...section(
      'the chip cannot take',
      chip,
      pipeline === null
        ? 'the chip has a counterpart for each node'
        : 'the chip has a counterpart for each stage; whether it fits, spikeline deploy tells',
    ),
    ...section('notes', notes),
    ...(saved === null ? [] : ['', `saved: ${printable(saved)}`]),
    ...(saved === null && out !== undefined
      ? [
          '',
          `not saved: ${printable(out)}, as there is no pipeline; what it held before is left as it was`,
        ]
      : []),
  ].join('\n');
}
