import { fileURLToPath } from 'node:url';
import { runConformance } from 'spikeline/conformance';
import { expect, it } from 'vitest';

it('asks cameras, and reads what they and boards send, as the driver of their makers does', async () => {
  const folder = fileURLToPath(new URL('recordings', import.meta.url));
  const { reports } = await runConformance(folder);
  const told = reports.map(({ kind, cases, passed, failures }) => [kind, cases - passed, failures]);
  expect(told).toEqual([
    ['USB streams', 0, []],
    ['USB requests to cameras', 0, []],
  ]);
  expect(reports.every(({ cases }) => cases > 10)).toBe(true);
});
