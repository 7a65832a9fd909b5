/** Whether something is a protocol, with all that is wrong with it. */
import { rasterProblems, type SpikeRaster } from '../../events/spike-raster.ts';
import {
  anything,
  type Check,
  callback,
  flag,
  having,
  isBuilt,
  isObject,
  listOf,
  number,
  oneOf,
  optionProblems,
  readItem,
  readList,
  readOnce,
  text,
} from '../../options.ts';
import { fault, type Problem, problem, Unread, within } from '../../problems.ts';
import type { Block, Phase } from './plan.ts';

const rate = number({ min: 0, max: 1e6, unit: 'hertz' });
/** Times are whole microseconds. */
const seconds = number({ min: 1e-6, max: 1e9, unit: 'seconds' });
const channel = number({ min: 0, whole: true });
const listenable = having('an observable', 'subscribe');

const raster: Check = (value) => rasterProblems(value as SpikeRaster);

/** Options of each kind of stimulus and trigger; those before the bar must be given. */
type Kinds = Readonly<
  Record<string, { readonly table: Record<string, Check>; readonly needs: readonly string[] }>
>;

const stimuli: Kinds = {
  noise: {
    table: { rate: (value) => (Array.isArray(value) ? listOf(rate)(value) : rate(value)) },
    needs: ['rate'],
  },
  pulses: {
    table: {
      every: seconds,
      channels: listOf(channel, { min: 1 }),
      count: number({ min: 1, max: 1e6, whole: true }),
    },
    needs: ['every', 'channels'],
  },
  raster: { table: { raster, loop: flag }, needs: ['raster'] },
  stream: { table: { items$: listenable }, needs: ['items$'] },
};

const triggers: Kinds = {
  spikes: { table: { count: number({ min: 1, whole: true }), channel }, needs: [] },
  rate: {
    table: { above: rate, below: rate, window: seconds, channels: listOf(channel, { min: 1 }) },
    needs: ['window'],
  },
  key: { table: { key: text }, needs: ['key'] },
  signal: { table: { signal$: listenable, where: callback }, needs: ['signal$'] },
};

function kindProblems(value: unknown, kinds: Kinds): readonly Problem[] {
  if (typeof value !== 'object' || value === null) {
    return [problem('', 'wrong-type', value, 'an object with a kind is needed')];
  }
  const { kind } = value as { readonly kind?: unknown };
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind)) {
    return within('kind', [...oneOf(Object.keys(kinds))(kind)]);
  }
  const { table, needs } = kinds[kind]!;
  return optionProblems<Record<string, unknown>>(
    value as never,
    { ...table, kind: anything },
    ...needs,
  );
}

/** One, or a list of them. */
function oneOrMore(check: Check): Check {
  return (value) => (Array.isArray(value) ? listOf(check)(value) : check(value));
}

const stimulus: Check = (value) =>
  typeof value === 'function' ? callback(value) : kindProblems(value, stimuli);

const trigger: Check = (value) => {
  const problems = kindProblems(value, triggers);
  const { kind, above, below } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (problems.length > 0 || kind !== 'rate' || (above === undefined) !== (below === undefined)) {
    return problems;
  }
  return [fault('', 'conflict', 'give either above or below')];
};

const phaseTable: Readonly<Record<keyof Phase, Check>> = {
  name: text,
  duration: seconds,
  stimulus: oneOrMore(stimulus),
  until: oneOrMore(trigger),
  mark: text,
  update: anything,
  action: callback,
};

const blockTable: Readonly<Record<keyof Block, Check>> = {
  items: (value) => itemsProblems(value),
  times: number({ min: 1, max: 1e9, whole: true }),
  order: oneOf(['given', 'random']),
};

/** Blocks within blocks at most. */
const deepest = 32;
let depth = 0;

const item: Check = (value) => {
  if (typeof value !== 'object' || value === null) {
    return [problem('', 'wrong-type', value, 'a phase or a block is needed')];
  }
  if ('items' in value) {
    if (depth >= deepest)
      return [fault('', 'too-large', `${deepest} blocks within each other are the most`)];
    depth++;
    try {
      return optionProblems<Block>(value as Block, blockTable, 'items');
    } finally {
      depth--;
    }
  }
  const problems = optionProblems<Phase>(value as Phase, phaseTable, 'name');
  const { duration, until } = value as Partial<Phase>;
  const endless =
    duration === undefined && (until === undefined || (Array.isArray(until) && until.length === 0));
  return endless
    ? [...problems, fault('duration', 'missing', 'give how long it lasts, or what ends it')]
    : problems;
};

function itemsProblems(value: unknown): readonly Problem[] {
  return listOf(item, { min: 1 })(value);
}

/** Lists what is wrong with the items of a protocol. */
export function protocolProblems(items: unknown): Problem[] {
  return within('items', itemsProblems(items));
}

/** Reads phases and blocks once, those within blocks as well: what was checked is what is carried out. */
export function readItems<Items>(
  items: Items,
  known: Map<unknown, unknown> = new Map(),
  level = 0,
): Items {
  // Deeper ones are refused as they are.
  if (level > deepest) return items;
  const list: unknown = readList(items);
  if (!Array.isArray(list)) return list as Items;
  // Blocks that hold themselves end so; they are refused.
  if (known.has(items)) return known.get(items) as Items;
  known.set(items, list);
  for (const [i, one] of list.entries()) {
    if (!isObject(one) || Unread.is(one)) continue;
    const read = readItem<{ readonly items?: unknown }>(one);
    const isBlock = !Unread.is(read) && Array.isArray(read.items);
    list[i] = isBlock
      ? { ...read, items: readItems(read.items, known, level + 1) }
      : readOnce(read);
  }
  return list as Items;
}

/** Whether something is a protocol that was checked. */
export const protocolCheck: Check = (value) => {
  const is = isObject(value) && isBuilt(value) && 'items' in value && 'phases' in value;
  return is ? [] : [problem('', 'wrong-type', value, 'what protocol([…]) gives is needed')];
};
