import fc from 'fast-check';
import { deploy, dynapSim, InvalidArgumentError, linear, pipeline } from 'spikeline';
import {
  type ChipConfiguration,
  type CoreConfiguration,
  currentParameter,
  fromSamnaJson,
  type NeuronConfiguration,
  type SynapseConfiguration,
  toSamnaJson,
} from 'spikeline/chip';
import { describe, expect, it } from 'vitest';
import { idleCore, idleNeuron } from '#src/chips/dynapse2/configuration';
import type { Layer } from '#src/chips/dynapse2/samna/layers';
import { configurationLayer } from '#src/chips/dynapse2/samna/layers';
import { overlay } from '#src/chips/dynapse2/samna/overlay';
import { reasonsOf } from '#test/events/reasons';
import { runs } from '#test/support/runs';
import { expectSame } from '#test/support/same';
import { anyConfiguration } from './configurations.ts';
import { boardBiases, samnaBoard } from './samna-board.ts';

type Json = Record<string, unknown>;

const idle = idleCore();
const silent: SynapseConfiguration = {
  tag: 0,
  weight: [false, false, false, false],
  dendrite: 0,
  stp: false,
  preciseDelay: false,
  mismatchedDelay: false,
};

/** A chip whose core 1 holds one neuron beside idle ones. */
function withNeuron(neuron: NeuronConfiguration, more: Partial<CoreConfiguration> = {}) {
  const core = { ...idle, ...more, neurons: idle.neurons.with(17, neuron) };
  return { chips: [{ cores: [idle, core, idle, idle] }] } satisfies ChipConfiguration;
}

/** What `toSamnaJson` writes, parsed, so that it can be looked at and spoilt. */
function documentOf(configuration: ChipConfiguration): Json {
  return JSON.parse(toSamnaJson(configuration)) as Json;
}

/** Goes down a document. */
function at(document: unknown, ...steps: readonly (string | number)[]): Json {
  return steps.reduce<unknown>((value, step) => (value as Json)[step], document) as Json;
}

const neuronAt = ['value0', 'chips', 0, 'cores', 'value1', 'neurons', 'value17'] as const;
const readJson = (document: unknown) => fromSamnaJson(JSON.stringify(document));

describe('toSamnaJson', () => {
  // shared/golden/allocation/alias_objects.json: what samna's own classes wrote for these values.
  it.each([
    [
      { dendrite: 1024, weight: [false, true, false, false], tag: 1554 } as const,
      '{"dendrite":1024,"stp":false,"weight":{"value0":false,"value1":true,"value2":false,"value3":false},"preciseDelay":false,"mismatchedDelay":false,"tag":1554}',
    ],
    [
      { dendrite: 128, weight: [true, false, true, true], tag: 1447 } as const,
      '{"dendrite":128,"stp":false,"weight":{"value0":true,"value1":false,"value2":true,"value3":true},"preciseDelay":false,"mismatchedDelay":false,"tag":1447}',
    ],
  ])('writes synapse %# as samna does', (synapse, text) => {
    const neuron = { ...idleNeuron(), synapses: [{ ...silent, ...synapse }] };
    const written = at(documentOf(withNeuron(neuron)), ...neuronAt, 'synapses', 'value0');
    expect(JSON.stringify(written)).toBe(text);
  });

  it.each([
    [
      { core: [false, true, true, true], xHop: 5, yHop: -6, tag: 1044 } as const,
      '{"core":{"value0":false,"value1":true,"value2":true,"value3":true},"xHop":5,"yHop":-6,"tag":1044}',
    ],
    [
      { core: [true, false, true, false], xHop: -3, yHop: 7, tag: 88 } as const,
      '{"core":{"value0":true,"value1":false,"value2":true,"value3":false},"xHop":-3,"yHop":7,"tag":88}',
    ],
  ])('writes destination %# as samna does', (destination, text) => {
    const neuron = { ...idleNeuron(), destinations: [destination] };
    const written = at(documentOf(withNeuron(neuron)), ...neuronAt, 'destinations', 'value0');
    expect(JSON.stringify(written)).toBe(text);
  });

  it("says without a board that it is no board's, fills lists up and tells nothing else", () => {
    const parameters = { SOIF_DC_P: { coarse: 2, fine: 7, type: 'P' } } as const;
    const document = documentOf(withNeuron(idleNeuron(), { monitoredNeuron: 9, parameters }));
    expect(document['spikeline']).toMatch(/own form/);
    const neuron = at(document, ...neuronAt);
    expect(Object.keys(at(neuron, 'synapses'))).toHaveLength(64);
    expect(Object.keys(at(neuron, 'destinations'))).toHaveLength(4);
    expect(neuron).toMatchObject({ latchSoDc: false, latchDenmAlpha: false });
    const { neurons: _, ...core } = at(document, 'value0', 'chips', 0, 'cores', 'value1');
    const bias = { key: 'SOIF_DC_P', value: { coarseValue: 2, fineValue: 7 } };
    expect(core).toEqual({ parameters: [bias], monitoredNeuron: 9 });
    expect(Object.keys(at(document, 'value0', 'chips', 0))).toEqual(['cores']);
  });

  it('refuses what no chip can hold, with all reasons', () => {
    const neuron = { ...idleNeuron(), synapses: [{ ...silent, tag: 4000 }] };
    const bad = withNeuron(neuron, {
      monitoredNeuron: 256,
      parameters: { SOIF_DC_P: { coarse: 6, fine: 0, type: 'P' } },
    });
    const chips = [
      {
        ...bad.chips[0]!,
        sharedParameters01: { LBWR_VB_P: { coarse: 0, fine: 256 } },
        sadcGroupParameters01: [{}, {}, {}, {}],
      },
    ];
    expect(reasonsOf(() => toSamnaJson({ chips }))).toEqual([
      'chips[0].sharedParameters01.LBWR_VB_P.fine is 256; a whole number from 0 to 255 is needed',
      'chips[0].sadcGroupParameters01.length is 4; 3 groups exist',
      'chips[0].cores[1].monitoredNeuron is 256; a whole number from 0 to 255 is needed',
      'chips[0].cores[1].parameters.SOIF_DC_P.coarse is 6; a whole number from 0 to 5 is needed',
      'chips[0].cores[1].neurons[17].synapses[0].tag is 4000; a whole number from 0 to 2047 is needed',
    ]);
  });
});

describe('fromSamnaJson', () => {
  it('reads back what was written', () => {
    fc.assert(
      fc.property(anyConfiguration, (given) => {
        expectSame(fromSamnaJson(toSamnaJson(given)), given);
      }),
      { numRuns: runs(5, 2) },
    );
  });

  it('reads back what deploy makes', () => {
    const net = pipeline(
      linear({ weight: [[1, -2, 3]] }),
      dynapSim({
        neurons: 3,
        recurrent: [
          [0, 1, 0],
          [0, 0, -1],
          [0, 0, 0],
        ],
      }),
    );
    const { configuration } = deploy(net);
    expectSame(fromSamnaJson(toSamnaJson(configuration)), configuration);
  });

  it('drops what is empty at the end, and nothing else', () => {
    const heard = { ...silent, tag: 3 };
    const empty = { core: [false, false, false, false], xHop: 0, yHop: 0, tag: 0 } as const;
    const unused = { ...empty, xHop: 2, tag: 5 } as const;
    const used = { ...unused, core: [false, false, true, false] } as const;
    const neuron = {
      ...idleNeuron(),
      synapses: [silent, heard, silent],
      destinations: [empty, used, unused, empty],
    };
    const back = fromSamnaJson(toSamnaJson(withNeuron(neuron)));
    expect(back.chips[0]!.cores[1]!.neurons[17]).toEqual({
      ...neuron,
      synapses: [silent, heard],
      destinations: [empty, used, unused],
    });
  });

  it('takes lists in either form', () => {
    const net = withNeuron({ ...idleNeuron(), synapses: [{ ...silent, tag: 3 }] });
    const document = documentOf(net);
    const neuron = at(document, ...neuronAt);
    neuron['synapses'] = Object.values(at(neuron, 'synapses'));
    const chip = at(document, 'value0', 'chips', 0);
    chip['cores'] = Object.values(at(chip, 'cores'));
    at(document, 'value0')['chips'] = { value0: chip };
    expectSame(readJson(document), net);
  });

  it('names everything that is missing or cannot be, with its path', () => {
    const document = documentOf(
      withNeuron({ ...idleNeuron(), synapses: [silent, silent, silent, { ...silent, tag: 3 }] }),
    );
    const neuron = at(document, ...neuronAt);
    const synapse = at(neuron, 'synapses', 'value3');
    Object.assign(synapse, { tag: 4000, dendrite: 3, stp: 'yes', weight: [true, true, true] });
    Object.assign(at(neuron, 'destinations', 'value1'), { xHop: -8, tag: undefined, core: 1 });
    neuron['latchHoActive'] = undefined;
    const core = at(document, 'value0', 'chips', 0, 'cores', 'value2');
    core['neurons'] = [];
    core['neuronMonitoringOn'] = 1;
    const bias = { key: 'SOIF_GAIN_N', value: { coarseValue: 7.5, fineValue: 0 } };
    core['parameters'] = [bias, bias, { key: 3 }];
    at(document, 'value0', 'chips', 0)['sharedParameters23'] = { PG_BUF_N: 1 };
    expect(reasonsOf(() => readJson(document))).toEqual([
      'chips[0].cores[1].neurons[17].latchHoActive: it is missing; true or false is needed',
      'chips[0].cores[1].neurons[17].synapses[3].tag is 4000; 0…2047 exist',
      'chips[0].cores[1].neurons[17].synapses[3].weight is [true,true,true]; a list of four switches is needed',
      'chips[0].cores[1].neurons[17].synapses[3].dendrite is 3; 0, 1024, 512, 256, 128 exist',
      'chips[0].cores[1].neurons[17].synapses[3].stp is "yes"; true or false is needed',
      'chips[0].cores[1].neurons[17].destinations[1].core is 1; a list of four switches is needed',
      'chips[0].cores[1].neurons[17].destinations[1].xHop is -8; -7…7 exist',
      'chips[0].cores[1].neurons[17].destinations[1].tag: it is missing; 0…2047 exist',
      'chips[0].cores[2].neurons.length is 0; 256 entries are needed',
      'chips[0].cores[2].parameters[1] is "SOIF_GAIN_N"; it was there before; each key once',
      'chips[0].cores[2].parameters[2] is {"key":3}; a pair of a key and a value is needed',
      'chips[0].cores[2].parameters.SOIF_GAIN_N.coarseValue is 7.5; 0…5 exist',
      'chips[0].cores[2].neuronMonitoringOn is 1; true or false is needed',
      'chips[0].sharedParameters23 is {"PG_BUF_N":1}; a list of keys and values is needed',
    ]);
  });

  it('shows a hundred reasons and counts the rest', () => {
    const text = toSamnaJson(withNeuron(idleNeuron())).replaceAll('"stp":false', '"stp":0');
    const reasons = reasonsOf(() => fromSamnaJson(text));
    expect(reasons).toHaveLength(101);
    expect(reasons.at(-1)).toBe(`… and ${1024 * 64 - 100} more`);
  });

  it.each([
    ['[', /not JSON/],
    ['null', /value0: it is missing/],
    ['{"chips": []}', /value0: it is missing/],
    ['{"value0": {}}', /chips: it is missing; a list of 1…4 chips is needed/],
    ['{"value0": {"chips": [1, 2, 3, 4, 5]}}', /chips.length is 5; a list of 1…4 chips is needed/],
    ['{"value0": {"chips": [7]}}', /chips\[0\] is 7; an object is needed/],
  ])('refuses %s', (text, message) => {
    expect(() => fromSamnaJson(text)).toThrow(message);
  });

  it('passes over fields that it does not know, and tells which', () => {
    const net = withNeuron(idleNeuron());
    const document = documentOf(net);
    at(document, 'value0', 'chips', 0)['dvsIf'] = { x: [1] };
    for (const neuron of Object.values(at(document, ...neuronAt.slice(0, -1)))) {
      (neuron as Json)['colour'] = 1;
    }
    const parameters = at(document, 'value0', 'chips', 0, 'cores', 'value0')['parameters'];
    (parameters as Json[]).push({ key: 'NEW_N', value: 3 });
    const gain = { address: 1, coarseValue: 0, fineValue: 0 };
    (parameters as Json[]).push({ key: 'SOIF_GAIN_N', value: gain });
    const unknown: string[] = [];
    const text = JSON.stringify(document);
    const found = fromSamnaJson(text, { onUnknown: (path) => unknown.push(path) });
    const lowest = { coarse: 0, fine: 0, type: 'N' } as const;
    const [first, ...others] = net.chips[0]!.cores;
    const told = { ...first, parameters: { SOIF_GAIN_N: lowest } };
    expectSame(found, { chips: [{ cores: [told, ...others] }] });
    expect(unknown.sort()).toEqual([
      'chips[].cores[].neurons[].colour',
      'chips[].cores[].parameters.NEW_N',
      'chips[].cores[].parameters[].address',
      'chips[].dvsIf',
    ]);
  });

  it('reads any text or refuses it with reasons', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc.json().map((json) => `{"value0":${json}}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(reasonsOf(() => fromSamnaJson(text)).length).toBeGreaterThan(0);
      }),
    );
  });

  it('reads any spoilt document or refuses it with reasons', () => {
    const text = toSamnaJson(withNeuron({ ...idleNeuron(), synapses: [{ ...silent, tag: 3 }] }));
    const document = JSON.parse(text) as Json;
    const steps = fc.array(fc.nat(1e6), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(steps, fc.jsonValue(), (path, value) => {
        let parent = document;
        let key = 'value0';
        for (const step of path) {
          const child = parent[key];
          if (typeof child !== 'object' || child === null) break;
          parent = child as Json;
          key = Object.keys(parent)[step % Object.keys(parent).length]!;
        }
        const sound = parent[key];
        parent[key] = value;
        try {
          expect(readJson(document).chips).toHaveLength(1);
        } catch (cause) {
          expect(cause).toMatchObject({ code: 'INVALID_ARGUMENT' });
        } finally {
          parent[key] = sound;
        }
      }),
      { numRuns: runs(6, 2) },
    );
  });
});

const board = samnaBoard(1);

describe('what a board has', () => {
  it('is read without a bias being missed, with its converters in either spelling', () => {
    const unknown = new Set<string>();
    const text = board.replace('"SoifRefectory":false', '"SoifRefectory":true');
    const { chips } = fromSamnaJson(text, { onUnknown: (path) => unknown.add(path) });
    const [core] = chips[0]!.cores;
    expect(Object.keys(core!.parameters).sort()).toEqual([...boardBiases].sort());
    expect(core!.parameters.SOIF_CC_N).toEqual({ coarse: 5, fine: 255, type: 'N' });
    expect(core!.sadcEnables).toEqual({ soifRefractory: true });
    expect([...unknown].filter((path) => !/_|Monitor|dvsIf|bioamps/.test(path))).toEqual([]);
    const later = fromSamnaJson(text.replaceAll('SoifRefectory', 'SoifRefractory'));
    expect(later.chips[0]!.cores[0]!.sadcEnables).toEqual({ soifRefractory: true });
  });

  it('keeps its text to the letter, whatever its form, if what it says is laid over it', () => {
    const laid = (text: string): string => toSamnaJson(fromSamnaJson(text), text);
    const indented = board.replaceAll(']},', '] }\r\n,\t').replace(':{', ' : {');
    expect(laid(board) === board).toBe(true);
    expect(laid(indented) === indented).toBe(true);
  });
});

describe('toSamnaJson onto a board', () => {
  const net = deploy(
    pipeline(linear({ weight: [[1, 2]] }), dynapSim({ neurons: 2, name: 'output' })),
  ).configuration;

  /** Paths to what differs between two texts of a board, as one says it that has the fields of the other. */
  function changes(before: string, after: string): string[][] {
    const found: string[][] = [];
    const path: string[] = [];
    const compare = (one: unknown, other: unknown): void => {
      if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) {
        if (one !== other) found.push([...path]);
        return;
      }
      for (const key in { ...one, ...other }) {
        const value = (one as Json)[key];
        path.push(`${(value as Json | null)?.['key'] ?? key}`);
        compare(value, (other as Json)[key]);
        path.pop();
      }
    };
    compare(JSON.parse(before), JSON.parse(after));
    return found;
  }

  it('changes what the network says and nothing else', () => {
    const laid = toSamnaJson(net, board);
    const biases = new Set<string>();
    for (const [, , chip, , core, part, name] of changes(board, laid)) {
      expect([chip, core]).toEqual(['0', 'value0']);
      if (part === 'parameters') biases.add(name!);
      else expect([part, ['value0', 'value1'].includes(name!)]).toEqual(['neurons', true]);
    }
    const own: readonly string[] = Object.values(currentParameter);
    expect([...biases].filter((name) => !own.includes(name))).toEqual([]);
    expect(biases).toContain('SOIF_LEAK_N');
    const [first] = net.chips[0]!.cores;
    const after = fromSamnaJson(laid).chips[0]!.cores[0]!;
    expect(after.parameters).toMatchObject(first!.parameters);
    expect(after.parameters.SOIF_CC_N).toMatchObject({ coarse: 5, fine: 255 });
    expect(after.neurons[0]).toEqual(first!.neurons[0]);
    const long = /_address":\d+|_cookie":\d+/g;
    expect(laid.match(long)).toEqual(board.match(long));
  });

  it('clears what an earlier network left in the memories', () => {
    const neuron = { ...idleNeuron(), synapses: [{ ...silent, tag: 9 }], latchSoDc: true };
    const before = toSamnaJson(withNeuron(neuron), board);
    expect(before === board).toBe(false);
    expect(toSamnaJson(withNeuron(idleNeuron()), before) === board).toBe(true);
  });

  it('sets converters by the name that the board has for them', () => {
    const told = withNeuron(idleNeuron(), { sadcEnables: { soifRefractory: true } });
    for (const name of ['SoifRefectory', 'SoifRefractory']) {
      const own = board.replaceAll('SoifRefectory', name);
      const [first, second, ...others] = own.split(`"${name}":false`);
      const rest = [second, ...others].join(`"${name}":false`).slice(second!.length);
      const wanted = `${first}"${name}":false${second}"${name}":true${rest.slice(name.length + 8)}`;
      expect(toSamnaJson(told, own) === wanted).toBe(true);
    }
  });

  it('takes lists in either form, keys in any order, and values before their keys', () => {
    const turn = (fields: Json): Json => Object.fromEntries(Object.entries(fields).reverse());
    const document = JSON.parse(board) as Json;
    const chip = at(document, 'value0', 'chips', 0);
    const cores = Object.values(at(chip, 'cores')) as Json[];
    const parameters = cores[0]!['parameters'] as Json[];
    cores[0]!['parameters'] = parameters.toReversed().map(turn);
    cores[0] = turn(cores[0]!);
    const neurons = at(cores[0], 'neurons');
    const neuron = turn(neurons['value0'] as Json);
    neurons['value0'] = neuron;
    neuron['synapses'] = Object.values(at(neuron, 'synapses')).map((own) => turn(own as Json));
    chip['cores'] = cores;
    at(document, 'value0')['chips'] = [turn(chip)];
    const [first] = net.chips[0]!.cores;
    const laid = toSamnaJson(net, JSON.stringify(document));
    const after = fromSamnaJson(laid).chips[0]!.cores[0]!;
    expect(after.parameters).toMatchObject(first!.parameters);
    expect(after.neurons[0]).toEqual(first!.neurons[0]);
    expect(laid).toMatch(/^\{"value0":\{"chips":\[\{"bioamps"/);
  });

  it('names everything that the board has not, with its path', () => {
    const one = withNeuron(idleNeuron(), {
      parameters: { DESC_REV_P: { coarse: 1, fine: 2, type: 'P' } },
      sadcEnables: { soifMem: true },
    });
    const spoilt = board
      .replaceAll('"SoifMem"', '"soifMem"')
      .replace('"latchSoDc":false,', '')
      .replace('"stp":false', '"stp":0')
      .replace('"tag":0}', '"tag":"none"}')
      .replace(/"destinations":\{"value0":\{.*?\}\},?/, '"destinations":7,');
    const reasons = reasonsOf(() => toSamnaJson(one, spoilt));
    expect(reasons.slice(0, 3)).toEqual([
      'chips[0].cores[0].neurons[0].synapses[0].stp is 0; true or false is needed',
      'chips[0].cores[0].neurons[0].synapses[0].tag is "none"; a number is needed',
      'chips[0].cores[0].neurons[0].destinations is 7; a list of 4 is needed',
    ]);
    for (const missing of ['parameters.DESC_REV_P', 'sadcEnables.SoifMem']) {
      const path = `chips[0].cores[1].${missing}`;
      expect(reasons).toContain(`${path}: it is missing; the board has to have it`);
    }
    const few = board.replace(',"value63":', ',"last":');
    expect(reasonsOf(() => toSamnaJson(one, few))).toContain(
      'chips[0].cores[0].neurons[0].synapses.length is 63; 64 entries are needed',
    );
  });

  it('refuses a board of fewer chips, and what is no board', () => {
    const one = withNeuron(idleNeuron());
    const two = { chips: [...one.chips, ...one.chips] };
    expect(() => toSamnaJson(two, board)).toThrow('chips.length is 2; the board has 1');
    expect(() => toSamnaJson(one, '{}')).toThrow('value0: it is missing');
    expect(() => toSamnaJson(one, '[]')).toThrow('text is []; an object is needed');
    expect(() => toSamnaJson(one, '{"value0":{"chips":[')).toThrow('not JSON');
    expect(() => toSamnaJson(one, '{}}')).toThrow('not JSON');
  });

  it('tells JSON from what is none just as JSON.parse does', () => {
    const told = configurationLayer({ chips: [] });
    const sound = (text: string): boolean => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      '-',
      '0',
      '1.5e3',
      'true',
    );
    const texts = fc.oneof(
      fc.json(),
      fc.string(),
      fc.array(pieces, { maxLength: 6 }).map((all) => all.join('')),
      fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 })).map(([json, at, junk]) => {
        const cut = at % (json.length + 1);
        return json.slice(0, cut) + junk + json.slice(cut + 1);
      }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        let scanned = true;
        try {
          overlay(text, told);
        } catch (cause) {
          expect(cause).toBeInstanceOf(SyntaxError);
          scanned = false;
        }
        expect(scanned).toBe(sound(text));
      }),
    );
    expect(() => overlay('['.repeat(1e6), told)).toThrow('nested');
  });

  const fields = [
    '"field":12345678901234567890',
    '"inList":[12345678901234567890, -9007199254740993 ,1]',
    '"big":1e400,"small":1e-400',
    '"negzero":-0',
    '"text":"\\u0000n1234567890123456789, 12345678901234567890"',
    '"quote":"\\"number 1"',
    '"backslash":"\\\\","after":12345678901234567891',
  ];

  it('keeps numbers that a double would round, wherever they stand', () => {
    const own = board.replace('{"value0":{', `{"value0":{${fields.join()},`);
    expect(toSamnaJson(net, own).startsWith(`{"value0":{${fields.join()},`)).toBe(true);
  });
});

describe('a layer that is laid again and again', () => {
  const layer: Layer = { fields: { a: 1, on: true, b: { fields: { c: 2 } } } };
  const text = fc.record({
    a: fc.constantFrom('1', '10', '1.0', '"x"'),
    on: fc.constantFrom('true', 'false'),
    b: fc.constantFrom('{"c":2}', '{ "c": 3, "d": 12345678901234567890 }', '{}'),
    between: fc.constantFrom('', ' ', '\n'),
  });
  const object = text.map(
    ({ a, on, b, between }) => `${between}{"a":${a},${between}"on":${on},"b":${b}}${between}`,
  );

  it('makes of each text what it makes of it alone, and finds the same mistakes', () => {
    fc.assert(
      fc.property(fc.array(object, { minLength: 1, maxLength: 12 }), (all) => {
        const list = (texts: readonly string[]): string => `{"v":[${texts.join()}]}`;
        const onto = (texts: readonly string[]) =>
          overlay(list(texts), { fields: { v: texts.map(() => layer) } });
        const together = onto(all);
        const alone = all.map((one) => onto([one]));
        if ('text' in together) {
          const texts = alone.map((one) => ('text' in one ? one.text.slice(6, -2) : '?'));
          expect(together.text).toBe(list(texts));
        } else {
          const found = alone.flatMap((one, i) =>
            'problems' in one
              ? one.problems.map((each) => ({ ...each, path: each.path.replace('[0]', `[${i}]`) }))
              : [],
          );
          expect(together.problems).toEqual(found);
        }
      }),
    );
  });
});

describe('texts that are none', () => {
  it('hold no number that a configuration could not have', () => {
    const text = toSamnaJson(withNeuron(idleNeuron())).replace('"tag":0', '"tag":1e400');
    expect(() => fromSamnaJson(text)).toThrow(InvalidArgumentError);
  });

  it.each([undefined, null, 1, {}, Symbol('x')])('%s is no text to read', (given) => {
    expect(() => fromSamnaJson(given as never)).toThrow(InvalidArgumentError);
  });
});
