import { dynapse2 } from 'spikeline/chip';
import { chipMap } from '../pictures/index.ts';
import type { DeploymentRecord } from './record.ts';

/** Draws which neurons of the board are which population, as SVG. */
export function deploymentPicture({ populations }: DeploymentRecord): string {
  const names = Object.keys(populations);
  const cores = new Map<string, (number | undefined)[]>();
  for (const [group, name] of names.entries()) {
    for (const { chip, core, neuron } of populations[name]!) {
      const label = `chip ${chip}, core ${core}`;
      const groups =
        cores.get(label) ?? new Array<undefined>(dynapse2.limits.neurons).fill(undefined);
      groups[neuron] = group;
      cores.set(label, groups);
    }
  }
  return chipMap({
    title: 'Populations on the board',
    groups: names.map((name) => `${name} (${populations[name]!.length})`),
    cores: [...cores]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([label, groups]) => ({ label, groups })),
  });
}
