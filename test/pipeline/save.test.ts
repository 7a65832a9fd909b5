import fc from 'fast-check';
import {
  DataError,
  delay,
  dynapSim,
  InvalidArgumentError,
  integrateAndFire,
  integrator,
  li,
  lif,
  linear,
  type Pipeline,
  packPipeline,
  pipeline,
  pipelineFromJson,
  pipelineToJson,
  SpikelineError,
  scale,
  threshold,
  unpackPipeline,
} from 'spikeline';
import { describe, expect, it } from 'vitest';
import { runs } from '#test/support/runs';
import { anyPipeline } from './arbitraries.ts';
import { anyGraphPipeline } from './graphs.ts';

const saved = pipeline(
  linear({
    weight: [
      [0.1, -2],
      [64, 100],
    ],
  }),
  dynapSim({
    neurons: 2,
    recurrent: [
      [0, 1],
      [2, 3],
    ],
    Idc: [1e-12, 2e-12],
  }),
);

const everyKind = pipeline(
  delay({ channels: 2, delay: [1e-3, 0.1] }),
  scale({ scale: [0.1, -2] }),
  linear({ weight: [[0.3], [1e-7]], bias: [0.7] }),
  li({ neurons: 1, tauMem: 0.02 }),
  integrator({ neurons: 1, resistance: [3] }),
  lif({ neurons: 1, tauMem: 0.1, tauSyn: 0.01, recurrent: [[2]] }),
  integrateAndFire({ neurons: 1, recurrent: [[2]] }),
  threshold({ threshold: [0.5] }),
);

/** What `read` throws must be an error of the library, with a message. */
function refusal(read: () => Pipeline): unknown {
  try {
    read();
  } catch (cause) {
    expect(cause).toBeInstanceOf(SpikelineError);
    return cause;
  }
  return undefined;
}

describe.each([
  ['JSON', (net: Pipeline) => pipelineFromJson(pipelineToJson(net))],
  ['MessagePack', (net: Pipeline) => unpackPipeline(packPipeline(net))],
])('a pipeline saved as %s', (_, through) => {
  it('comes back to the last bit', () => {
    fc.assert(
      fc.property(anyPipeline, (net) => {
        expect(through(net)).toEqual(net);
      }),
      { numRuns: runs(150) },
    );
  });

  it('comes back with all its branches and loops', () => {
    fc.assert(
      fc.property(anyGraphPipeline(), (net) => {
        expect(through(net)).toEqual(net);
      }),
      { numRuns: runs(100) },
    );
  });

  it('comes back the same when saved twice', () => {
    expect(through(through(saved))).toEqual(saved);
  });
});

describe('pipelineFromJson', () => {
  it.each([
    ['nothing', ''],
    ['prose', 'weights: 1 2 3'],
    ['half a file', pipelineToJson(saved).slice(0, 200)],
    ['a number', '7'],
    ['null', 'null'],
    ['another format', pipelineToJson(saved).replace('spikeline/pipeline', 'spikeline/other')],
    ['another version', pipelineToJson(saved).replace('"version": 2', '"version": 3')],
    ['an unknown stage', pipelineToJson(saved).replace('"linear"', '"lief"')],
    ['weights in words', pipelineToJson(saved).replace('-2', '"-2"')],
    ['stages that are missing', '{"format":"spikeline/pipeline","version":1}'],
  ])('refuses %s', (_, text) => {
    expect(refusal(() => pipelineFromJson(text))).toBeInstanceOf(DataError);
  });

  it('keeps the cause of what it refuses', () => {
    expect(refusal(() => pipelineFromJson('{'))).toMatchObject({ cause: expect.any(SyntaxError) });
  });

  it('refuses a pipeline that cannot be built, with the reasons', () => {
    const broken = pipelineToJson(saved).replace('"dt": 0.001', '"dt": 0');
    expect(() => pipelineFromJson(broken)).toThrow('dynapSim1.dt is 0');
  });

  it('reads version 1, which had lists of stages only', () => {
    const { stages } = JSON.parse(pipelineToJson(saved)) as { stages: unknown[] };
    const text = JSON.stringify({ format: 'spikeline/pipeline', version: 1, stages });
    expect(pipelineFromJson(text)).toEqual(saved);
  });

  it.each([
    ['a source that is not there', { from: 'nobody', delayed: false }],
    ['a source that comes later, without a delay', { from: 'dynapSim1', delayed: false }],
    ['an input of the pipeline that is late', { from: null, delayed: true }],
    ['a delay that is a number', { from: null, delayed: 1 }],
    ['a source that is no object', 'linear0'],
  ])('refuses %s', (_, input) => {
    const tree = JSON.parse(pipelineToJson(saved)) as { inputs: unknown[][] };
    tree.inputs[0]![0] = input;
    expect(refusal(() => pipelineFromJson(JSON.stringify(tree)))).toBeInstanceOf(DataError);
  });

  it('reads what was left to defaults, as hands write it', () => {
    const stages = [
      { kind: 'linear', name: 'in', weight: [[1]], bias: 2 },
      { kind: 'lif', name: 'out', neurons: 1, tauMem: 0.02 },
    ];
    const text = JSON.stringify({ format: 'spikeline/pipeline', version: 1, stages });
    expect(pipelineFromJson(text)).toEqual(
      pipeline(
        linear({ name: 'in', weight: [[1]], bias: 2 }),
        lif({ name: 'out', neurons: 1, tauMem: 0.02 }),
      ),
    );
  });

  it.each([
    ['pipeline of DynapSim neurons', saved],
    ['pipeline of every other kind', everyKind],
  ])('never fails otherwise, whatever the JSON of a %s', (_, net) => {
    const text = pipelineToJson(net);
    const tree = JSON.parse(text) as { stages: Record<string, unknown>[] };
    const field = fc.constantFrom(...tree.stages.flatMap((stage) => Object.keys(stage)));
    const change = fc.tuple(fc.nat(tree.stages.length - 1), field, fc.jsonValue());
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const changed = structuredClone(tree);
        for (const [stage, name, value] of changes) changed.stages[stage]![name] = value;
        refusal(() => pipelineFromJson(JSON.stringify(changed)));
      }),
      { numRuns: runs(1000) },
    );
    fc.assert(
      fc.property(fc.json(), (any) => {
        expect(refusal(() => pipelineFromJson(any))).toBeInstanceOf(DataError);
      }),
    );
  });
});

describe('unpackPipeline', () => {
  it('refuses random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(refusal(() => unpackPipeline(bytes))).toBeInstanceOf(DataError);
      }),
      { numRuns: runs(2000) },
    );
  });

  it('refuses or reads what was damaged on the way, and never crashes', () => {
    const bytes = packPipeline(saved);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), (at, value, cut) => {
        const damaged = Uint8Array.from(bytes);
        damaged[at] = value;
        refusal(() => unpackPipeline(cut ? damaged.subarray(0, at) : damaged));
      }),
      { numRuns: runs(2000) },
    );
    // What was refused leaves no trace.
    expect(unpackPipeline(bytes)).toEqual(saved);
  });
});

describe('what is too large', () => {
  const file = (stages: object[]): string =>
    JSON.stringify({ format: 'spikeline/pipeline', version: 1, stages });

  it('is refused in all, though each stage by itself would do, before there is memory for it', () => {
    const before = process.memoryUsage().arrayBuffers;
    const stages = Array.from({ length: 40 }, () => ({ kind: 'dynapSim', neurons: 2 ** 20 }));
    expect(() => pipelineFromJson(file(stages))).toThrow(
      /neurons is 41943040; 1048576 in all stages together are the most/,
    );
    const wide = Array.from({ length: 40 }, () => ({ kind: 'add', channels: 2 ** 20 }));
    expect(() => pipelineFromJson(file(wide))).toThrow(/channels is 41943040/);
    const slow = Array.from({ length: 40 }, () => ({ kind: 'delay', channels: 1, delay: 16_000 }));
    expect(() => pipelineFromJson(file([...slow, { kind: 'dynapSim', neurons: 1 }]))).toThrow(
      /delayed values is 640000000; 16777216 in all stages together are the most/,
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
  });

  it('is named once, not 160 000 times', () => {
    const weight = Array.from({ length: 400 }, () => new Array(400).fill(null));
    const stages = [
      { kind: 'linear', weight },
      { kind: 'dynapSim', neurons: 400 },
    ];
    expect(() => pipelineFromJson(file(stages))).toThrow(DataError);
    const odd = Array.from({ length: 200_000 }, () => ({ kind: 'nothing' }));
    expect(() => pipelineFromJson(file(odd))).toThrow(/and 199900 more/);
  });
});

describe('what cannot be read back', () => {
  it('is not written', () => {
    const { stages } = saved;
    const values = new Float64Array(4).fill(Number.NaN);
    const first = { ...stages[0]!, weight: { rows: 2, columns: 2, values } } as never;
    const spoilt: Pipeline = { ...saved, stages: [first, stages[1]!] };
    for (const write of [pipelineToJson, packPipeline]) {
      expect(() => write(spoilt)).toThrow(/weight\[0\]\[0\] is NaN/);
      for (const junk of [undefined, null, 1, 'text', {}, []]) {
        expect(() => write(junk as never)).toThrow(InvalidArgumentError);
      }
    }
    for (const junk of [undefined, null, 1, {}, []]) {
      expect(() => pipelineFromJson(junk as never)).toThrow(InvalidArgumentError);
      expect(() => unpackPipeline(junk as never)).toThrow(InvalidArgumentError);
    }
  });
});
