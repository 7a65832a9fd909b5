import { biasCurrents } from '../src/chips/dynapse2/bias-currents.ts';
import { biasCurrent, nearestBias } from '../src/chips/dynapse2/bias-generator.ts';
import {
  type CoreParameterName,
  coreParameters,
  currentParameter,
} from '../src/chips/dynapse2/parameters.ts';
import { isThere, readJson } from './files.ts';
import { type CaseOutcome, type Kind, relativeEach } from './kind.ts';

interface Tables {
  readonly tables: Readonly<Record<'N' | 'P', readonly (readonly number[])[]>>;
  readonly scale_factor: Readonly<Record<string, number>>;
  readonly sim2device: Readonly<Record<string, string>>;
}

interface Selection {
  readonly device: CoreParameterName;
  readonly current: number;
  readonly coarse: number;
  readonly fine: number;
  readonly realised: number;
}

function compareTables(folder: string): CaseOutcome[] {
  const given = readJson<Tables>(folder, 'biasgen', 'tables.json');
  const rows = (['N', 'P'] as const).flatMap((type) =>
    given.tables[type].map((row, coarse) => ({
      name: `table ${type} coarse ${coarse}`,
      error: relativeEach(biasCurrents[type][coarse] ?? [], row),
    })),
  );
  const known = Object.entries(given.scale_factor).filter(([name]) => name in coreParameters);
  const scales = known.map(([name, scale]) => ({
    name: `factor of ${name}`,
    error: relativeEach([coreParameters[name as CoreParameterName]], [scale]),
  }));
  const names = Object.entries(given.sim2device).map(([sim, device]) => ({
    name: `parameter of ${sim}`,
    error: (currentParameter as Record<string, string>)[sim] === device ? 0 : 1,
  }));
  return [...rows, ...scales, ...names];
}

function compareSelection({ device, current, coarse, fine, realised }: Selection): CaseOutcome {
  const chosen = nearestBias(device, current);
  const same = chosen.coarse === coarse && chosen.fine === fine;
  const name = `${device} at ${current} A`;
  return same
    ? { name, error: relativeEach([biasCurrent(device, chosen)], [realised]) }
    : {
        name,
        error: 1,
        note: `(${chosen.coarse}, ${chosen.fine}) instead of (${coarse}, ${fine})`,
      };
}

/** Every setting of a parameter, back to itself. */
function roundTrip(device: CoreParameterName): CaseOutcome {
  let lost = 0;
  for (let coarse = 0; coarse < 6; coarse++) {
    for (let fine = 0; fine < 256; fine++) {
      const back = nearestBias(device, biasCurrent(device, { coarse, fine }));
      if (back.coarse !== coarse || back.fine !== fine) lost++;
    }
  }
  return { name: `round trip of ${device}`, error: lost };
}

/** The bias generator: tables, the setting chosen for a current, and every setting back to itself. */
export const biasgen: Kind = {
  kind: 'biasgen',
  tolerance: 1e-12,
  needs: ['biasgen/selection_500.json'],
  run(folder) {
    const selections = readJson<Selection[]>(folder, 'biasgen', 'selection_500.json');
    // Round trips compare with nothing in the file.
    if (selections.length === 0) return [];
    const devices = [...new Set(Object.values(currentParameter))];
    return [
      ...(isThere(folder, 'biasgen/tables.json') ? compareTables(folder) : []),
      ...selections.map(compareSelection),
      ...devices.map(roundTrip),
    ];
  },
};
