import { dynapse1Board, listUsb } from 'spikeline/devices';
import { MissingLibraryError } from 'spikeline/problems';
import { fromCamera } from 'spikeline/sources';
import { expect, it, vi } from 'vitest';

vi.mock('usb', () => {
  throw new Error("Cannot find package 'usb'");
});

it('is loaded when it is first needed, and asked for by name if it is missing', async () => {
  const camera$ = fromCamera('dvs128');
  const told = await new Promise((error) => camera$.subscribe({ error }));
  for (const cause of [
    told,
    await listUsb().catch((thrown: unknown) => thrown),
    await dynapse1Board()
      .open()
      .catch((thrown: unknown) => thrown),
  ]) {
    expect(cause).toBeInstanceOf(MissingLibraryError);
    expect((cause as Error).message).toMatch(/npm install usb@2\.18\.0/);
  }
});
