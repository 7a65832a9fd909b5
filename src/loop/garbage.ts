/** Garbage of work in real time: collected before it begins, and between two steps rather than in the midst of one. */

/** Collects garbage when it disturbs least. */
export interface Collector {
  /** Collects all there is, unless steps are being made already. It takes some milliseconds for each ten megabytes in use. */
  settle(): void;
  /** Is told when steps begin, and when they are over. */
  enter(): void;
  leave(): void;
  /**
   * Is called after each step: collects what was made last, when enough has come together and there is time for it.
   *
   * @param left until the next step, milliseconds
   */
  between(left: number): void;
}

/** What collects: the machine, or a test in its place. */
export interface Heap {
  /** Bytes in use, garbage that has not been collected included. */
  used(): number;
  /** Collects what was made last; or all. */
  collect(which: 'young' | 'all'): void;
  /** Milliseconds since some fixed moment. */
  now(): number;
}

/** Steps between two looks at how much there is. */
const stepsBetweenLooks = 16;

/**
 * Bytes of garbage that are collected if there is time for it; and if there is none. V8 by itself waits for some thirteen megabytes; and where arrays are
 * a good part of that, which it counts with what is old, it then marks its whole heap, which takes milliseconds.
 */
const [enough, tooMuch] = [2 ** 22, 3 * 2 ** 22];

/** How long it is thought to take before it was measured, milliseconds. */
const firstGuess = 0.5;

/** Makes what makes collectors of a heap, one for whoever steps. Steps for which a collection is too long are held up as often as they would be without. */
export function collectorsOf(heap: Heap): () => Collector {
  const stepping = { count: 0 };
  return () => collectorOf(heap, stepping);
}

function collectorOf({ used, collect, now }: Heap, stepping: { count: number }): Collector {
  let steps = 0;
  let took = firstGuess;
  let kept = used();
  return {
    settle() {
      if (stepping.count > 0) return;
      collect('all');
      kept = used();
    },
    enter: () => void stepping.count++,
    leave: () => void stepping.count--,
    between(left) {
      steps = (steps + 1) % stepsBetweenLooks;
      if (steps !== 0) return;
      const bytes = used();
      // Somebody else has collected.
      if (bytes < kept) kept = bytes;
      if (bytes - kept < (took <= left ? enough : tooMuch)) return;
      const begin = now();
      collect('young');
      // Half and half: who was held up once is not thought to be slow for ever.
      took = (took + now() - begin) / 2;
      kept = used();
    },
  };
}

/** What makes collectors of this machine, once it was looked for; undefined where nobody can collect, as in a browser. */
let machine: { readonly make: (() => Collector) | undefined } | undefined;

/** A collector of this machine's own; undefined where nobody can collect, as in a browser. */
export function machineCollector(): Collector | undefined {
  if (machine === undefined) {
    const heap = heapOfMachine();
    machine = { make: heap && collectorsOf(heap) };
  }
  return machine.make?.();
}

/** Collects all; or only what is young. */
type CollectorOfV8 = (which?: { readonly type: 'minor' }) => void;

function heapOfMachine(): Heap | undefined {
  const node = globalThis.process;
  const v8 = node?.getBuiltinModule?.('node:v8');
  const vm = node?.getBuiltinModule?.('node:vm');
  if (v8 === undefined || vm === undefined) return undefined;
  let gc: unknown = Reflect.get(globalThis, 'gc');
  if (gc === undefined) {
    try {
      // V8 gives its collector to the contexts that are made while this flag is set.
      v8.setFlagsFromString('--expose-gc');
      gc = vm.runInNewContext('gc');
      v8.setFlagsFromString('--no-expose-gc');
    } catch {
      // An engine that only has the name of V8.
    }
  }
  if (typeof gc !== 'function') return undefined;
  const collect = gc as CollectorOfV8;
  return {
    used() {
      const { used_heap_size, external_memory } = v8.getHeapStatistics();
      return used_heap_size + external_memory;
    },
    collect: (which) => (which === 'young' ? collect({ type: 'minor' }) : collect()),
    now: () => performance.now(),
  };
}
