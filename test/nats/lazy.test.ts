import { firstValueFrom, NEVER } from 'rxjs';
import { MissingLibraryError } from 'spikeline/problems';
import { toNats } from 'spikeline/sinks';
import { fromNats } from 'spikeline/sources';
import { expect, it, vi } from 'vitest';

vi.mock('@nats-io/transport-node', () => {
  throw new Error('it is not installed');
});

it('says which library is missing, and how to get it', async () => {
  const address = 'nats:///a';
  await expect(firstValueFrom(fromNats(address))).rejects.toThrow(MissingLibraryError);
  const sent = firstValueFrom(NEVER.pipe(toNats(address)));
  await expect(sent).rejects.toThrow('npm install @nats-io/transport-node');
});
