import { beforeAll, describe, expect, it } from 'vitest';
import { bundlePage, findBrowser, visit } from '#test/kernel/browser/visit';
import type { Found } from './browser/found.ts';

const browser = await findBrowser();
let script = '';
beforeAll(async () => {
  script = await bundlePage(new URL('browser/page.ts', import.meta.url));
});

// Debian: apt-get install chromium
describe.skipIf(browser === undefined)('USB in a browser (CHROMIUM says which)', () => {
  it('is the same: a camera and a board by navigator.usb', async () => {
    const found = await visit<Found>(browser!, script, false);
    expect(found).toMatchObject({
      names: ['davis346', 'dynapse1'],
      pixels: 5000,
      until: 99_980,
      told: 'disconnected',
      left: 0,
    });
    expect(found.written).toBeGreaterThan(69_000);
    expect(found.spikes).toBeGreaterThan(5);
  });
});
