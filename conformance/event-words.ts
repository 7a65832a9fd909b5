import { eventOf, eventWord } from '../src/chips/dynapse2/event.ts';
import { readJson } from './files.ts';
import type { Kind } from './kind.ts';

interface AliasObject {
  readonly kind: string;
  readonly core: readonly [boolean, boolean, boolean, boolean];
  readonly x_hop: number;
  readonly y_hop: number;
  readonly tag: number;
  readonly hash24?: number;
}

/** Events packed into 24 bits, and back. */
export const eventWords: Kind = {
  kind: 'event words',
  tolerance: 0,
  needs: ['allocation/alias_objects.json'],
  run: (folder) =>
    readJson<{ objects: AliasObject[] }>(folder, 'allocation', 'alias_objects.json')
      .objects.filter(({ hash24 }) => hash24 !== undefined)
      .map(({ core, x_hop, y_hop, tag, hash24 }) => {
        const destination = { core, xHop: x_hop, yHop: y_hop, tag };
        const word = eventWord(destination);
        const same = JSON.stringify(eventOf(word)) === JSON.stringify(destination);
        return { name: JSON.stringify(destination), error: word === hash24 && same ? 0 : 1 };
      }),
};
