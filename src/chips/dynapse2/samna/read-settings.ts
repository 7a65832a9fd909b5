import { match } from 'ts-pattern';
import { chipLimits } from '../limits.ts';
import { type BiasSetting, type SettingForm, sadcGroups } from '../settings.ts';
import { type Findings, type JsonPath, noteUnknown } from './findings.ts';
import { type Fields, fieldsAt, listAt, mapAt, switchAt, wholeAt } from './json.ts';
import { fieldName, switchName } from './switch-names.ts';

/** The type of a bias is told by its name and not read. */
const biasFields: ReadonlySet<string> = new Set(['coarseValue', 'fineValue', 'type']);

/** Reads a coarse and a fine value. */
export function readBias(findings: Findings, at: JsonPath, value: unknown): BiasSetting {
  // One path for all biases: what else they hold is the same.
  const fields = fieldsAt(findings, at, value);
  if (fields === undefined) return { coarse: 0, fine: 0 };
  noteUnknown(findings, { up: at.up, step: 0 }, fields, biasFields);
  return {
    coarse: wholeAt(findings, at, fields, 'coarseValue', 0, chipLimits.coarse - 1),
    fine: wholeAt(findings, at, fields, 'fineValue', 0, chipLimits.fine - 1),
  };
}

/** Whether a value is what a setting is after reset: 0, off, or a list of nothing else. */
function isReset(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).every(isReset);
  return value === 0 || value === false;
}

/** The entries that are not as after reset. */
function changed(entries: readonly (readonly [string, unknown])[]): Fields {
  return Object.fromEntries(entries.filter(([, value]) => !isReset(value)));
}

function readBiases(
  findings: Findings,
  at: JsonPath,
  value: unknown,
  names: readonly string[],
): Fields {
  const map = mapAt(findings, at, value);
  noteUnknown(findings, at, Object.fromEntries(map), new Set(names));
  const there = names.filter((name) => map.has(name));
  return changed(
    there.map((step) => [step, readBias(findings, { up: at, step }, map.get(step))] as const),
  );
}

function readSwitches(
  findings: Findings,
  at: JsonPath,
  value: unknown,
  names: readonly string[],
): Fields {
  const fields = fieldsAt(findings, at, value);
  if (fields === undefined) return {};
  const own = new Map(Object.keys(fields).map((written) => [fieldName(written), written]));
  const known = new Set(names.map((name) => own.get(switchName(name)) ?? name));
  noteUnknown(findings, at, fields, known);
  const there = names.filter((name) => own.has(switchName(name)));
  return changed(
    there.map(
      (name) => [name, switchAt(findings, at, fields, own.get(switchName(name))!)] as const,
    ),
  );
}

/**
 * Reads the settings among the fields of a core or chip. Those that are missing, and those that stand
 * as after reset, are left out.
 */
export function readSettings(
  findings: Findings,
  up: JsonPath,
  fields: Fields,
  forms: Readonly<Record<string, SettingForm>>,
): Fields {
  const there = Object.entries(forms).filter(([name]) => fields[name] !== undefined);
  const settings = there.map(([step, form]) => {
    const at: JsonPath = { up, step };
    const given = fields[step];
    const value = match(form)
      .with({ kind: 'switch' }, () => switchAt(findings, up, fields, step))
      .with({ kind: 'neuron' }, () =>
        wholeAt(findings, up, fields, step, 0, chipLimits.neurons - 1),
      )
      .with({ kind: 'switches' }, ({ names }) => readSwitches(findings, at, given, names))
      .with({ kind: 'biases' }, ({ names }) => readBiases(findings, at, given, names))
      .with({ kind: 'groups' }, ({ names }) =>
        listAt(findings, at, given, sadcGroups).map((group, g) =>
          readBiases(findings, { up: at, step: g }, group, names),
        ),
      )
      .exhaustive();
    return [step, value] as const;
  });
  return changed(settings);
}
