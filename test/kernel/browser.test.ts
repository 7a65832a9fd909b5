import { beforeAll, describe, expect, it } from 'vitest';
import type { Found } from './browser/found.ts';
import { bundlePage, findBrowser, visit } from './browser/visit.ts';

const browser = await findBrowser();
let script = '';
beforeAll(async () => {
  script = await bundlePage();
});

it('is bundled for browsers with nothing of Node that has to be there', () => {
  expect(script).not.toMatch(/^import .* from ["']node:/m);
  expect(script).toContain('learnEpochs');
});

// Where tests must not be skipped, SPIKELINE_BROWSER is `required`.
it.runIf(process.env['SPIKELINE_BROWSER'] === 'required')('finds a browser', () => {
  expect(browser).toBeDefined();
});

// Debian: apt-get install chromium
describe.skipIf(browser === undefined)('the kernel in a browser (CHROMIUM says which)', () => {
  it('simulates and learns as the reference does, on threads too', async () => {
    const found = await visit<Found>(browser!, script, true);
    expect(found.features).toMatchObject({ simd: true, shared: true });
    expect(found.isolated).toBe(true);
    expect(found.reference.reduce((a, b) => a + b)).toBeGreaterThan(10);
    expect(found.kernel).toEqual(found.reference);
    expect(found.alone).toBeGreaterThan(0);
    expect(found.oneThread).toBe(found.alone);
    expect(found.twoThreads).toBe(found.alone);
  });

  it('does without threads where the page may not share memory, to the same numbers', async () => {
    const found = await visit<Found>(browser!, script, false);
    expect(found.features).toMatchObject({ simd: true, shared: false });
    expect(found.kernel).toEqual(found.reference);
    expect(found.twoThreads).toBe(found.alone);
  });
});
