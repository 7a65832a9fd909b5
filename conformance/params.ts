import { nearestBias } from '../src/chips/dynapse2/bias-generator.ts';
import {
  type CoreDirect,
  type CoreGains,
  type CoreLayout,
  type CoreTimes,
  coreCurrents,
  coreGains,
  coreLayout,
  coreTimes,
  withGains,
  withTimes,
} from '../src/chips/dynapse2/core-currents.ts';
import {
  type CoreCurrentName,
  type CoreCurrents,
  coreCurrentNames,
  currentParameter,
} from '../src/chips/dynapse2/parameters.ts';
import { readJson } from './files.ts';
import { type CaseOutcome, type Kind, relativeEach } from './kind.ts';

type Figures = Readonly<Record<string, number>>;

interface ParamsCase {
  readonly high_level: CoreTimes & CoreGains & CoreDirect;
  readonly layout_override: Partial<CoreLayout>;
  readonly currents: Figures;
  readonly time_back: Figures;
  readonly gain_back: Figures;
  readonly coarse_fine: Readonly<Record<string, readonly [number, number]>>;
  readonly after_tau_mem_doubled: Figures;
  readonly after_r_gain_mem_x3: Figures;
}

/** Relative difference of every figure that the reference has. */
function differ(ours: Figures, theirs: Figures): number {
  const names = Object.keys(theirs);
  return relativeEach(
    names.map((name) => ours[name] ?? Number.NaN),
    names.map((name) => theirs[name]!),
  );
}

/** Currents other than `changed` that a change touched. */
function touched(before: CoreCurrents, after: CoreCurrents, changed: CoreCurrentName): string[] {
  return coreCurrentNames.filter((name) => name !== changed && before[name] !== after[name]);
}

function compare(given: ParamsCase, name: string): CaseOutcome {
  const layout = { ...coreLayout, ...given.layout_override };
  const currents = coreCurrents(given.high_level, layout);
  const slower = withTimes(currents, { tau_mem: 2 * given.high_level.tau_mem }, layout);
  const stronger = withGains(currents, { r_gain_mem: 3 * given.high_level.r_gain_mem });
  const error = Math.max(
    differ(currents, given.currents),
    differ(coreTimes(currents, layout), given.time_back),
    differ(coreGains(currents), given.gain_back),
    differ({ ...slower, ...coreGains(slower) }, given.after_tau_mem_doubled),
    differ(stronger, given.after_r_gain_mem_x3),
  );
  const codes = coreCurrentNames.filter((current) => {
    const { coarse, fine } = nearestBias(currentParameter[current], currents[current]);
    const wanted = given.coarse_fine[currentParameter[current]];
    return wanted !== undefined && (wanted[0] !== coarse || wanted[1] !== fine);
  });
  const siblings = [
    ...touched(currents, slower, 'Itau_mem'),
    ...touched(currents, stronger, 'Igain_mem'),
  ];
  if (codes.length > 0) return { name, error, note: `codes differ: ${codes.join(', ')}` };
  if (siblings.length > 0) return { name, error, note: `also changed: ${siblings.join(', ')}` };
  return { name, error };
}

/** Time constants, pulse widths and gain ratios to currents and bias codes, and back. */
export const params: Kind = {
  kind: 'params',
  tolerance: 1e-9,
  needs: ['params/highlevel_50.json'],
  run: (folder) =>
    readJson<ParamsCase[]>(folder, 'params', 'highlevel_50.json').map((given, i) =>
      compare(given, `set ${i}`),
    ),
};
