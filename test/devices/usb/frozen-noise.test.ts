import { chip } from 'spikeline';
import type { Link } from 'spikeline/devices';
import { dynapse1Board } from 'spikeline/devices';
import { describe, expect, it } from 'vitest';
import { fakeClock } from '#test/devices/fake-clock';
import { ratiosOn, trainedFrozenNoise } from '#test/support/frozen-noise';
import { dynapse1 } from '#test/usb-emulator/dynapse1';
import { fakeUsb, plugIn } from '#test/usb-emulator/fake-usb';

// SPIKELINE_RUNS asks for more.
const seeds = process.env['SPIKELINE_RUNS'] === undefined ? [1] : [0, 1, 2, 3, 4];

describe('frozen noise on a DYNAP-SE1 on USB', () => {
  for (const seed of seeds) {
    it(`is trained, deployed, and told apart, seed ${seed}`, async () => {
      const trained = await trainedFrozenNoise(seed);
      const clock = fakeClock();
      const device = dynapse1({ clock, model: 'dynapSim' });
      const board = dynapse1Board({ access: fakeUsb(plugIn(device)), clock, reset: false });
      let over = false;
      const work = (async () => {
        const link = await board.open();
        const target = chip(link as Link, { clock, lookAhead: 0.02 } as object);
        const ratios = await ratiosOn(target, trained);
        await link.close();
        return { ratios, losses: { ...target.losses.byReason } };
      })().finally(() => {
        over = true;
      });
      for (let i = 0; i < 20_000 && !over; i++) await clock.pass(0.5);
      const { ratios, losses } = await work;
      // Spikes after the last bin belong to none.
      expect({ ...losses, unbinned: 0 }).toEqual({ unbinned: 0 });
      for (const ratio of ratios) expect(ratio).toBeGreaterThan(1.5);
      expect(clock.pending).toBe(0);
    });
  }
});
