import fc from 'fast-check';
import { deploy, dynapSim, InvalidArgumentError, linear, pipeline } from 'spikeline';
import {
  type ChipConfiguration,
  type CoreConfiguration,
  fromSamnaJson,
  type NeuronConfiguration,
  type SynapseConfiguration,
  toSamnaJson,
} from 'spikeline/chip';
import { describe, expect, it } from 'vitest';
import { idleCore, idleNeuron } from '#src/chips/dynapse2/configuration';
import { reasonsOf } from '#test/events/reasons';
import { runs } from '#test/support/runs';
import { expectSame } from '#test/support/same';
import { anyConfiguration } from './configurations.ts';

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

  it('fills every list up and names every parameter', () => {
    const document = documentOf(withNeuron(idleNeuron(), { monitoredNeuron: 9 }));
    const neuron = at(document, ...neuronAt);
    expect(Object.keys(at(neuron, 'synapses'))).toHaveLength(64);
    expect(Object.keys(at(neuron, 'destinations'))).toHaveLength(4);
    expect(neuron).toMatchObject({ latchSoDc: false, latchDenmAlpha: false });
    const core = at(document, 'value0', 'chips', 0, 'cores', 'value1');
    expect(core['parameters']).toHaveLength(53);
    expect(at(core, 'parameters', 0)).toEqual({
      key: 'SOIF_GAIN_N',
      value: { coarseValue: 0, fineValue: 0, type: 'N' },
    });
    expect(core).toMatchObject({ monitoredNeuron: 9, neuronMonitoringOn: false });
    const chip = at(document, 'value0', 'chips', 0);
    expect(Object.keys(at(chip, 'sadcGroupParameters23'))).toEqual(['value0', 'value1', 'value2']);
    expect(chip['globalParameters']).toHaveLength(2);
  });

  it('refuses what no chip can hold, with all reasons', () => {
    const neuron = { ...idleNeuron(), synapses: [{ ...silent, tag: 4000 }] };
    const bad = withNeuron(neuron, {
      monitoredNeuron: 256,
      parameters: { ...idle.parameters, SOIF_DC_P: { coarse: 6, fine: 0, type: 'P' } },
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
    const unused = { core: [false, false, false, false], xHop: 2, yHop: 0, tag: 5 } as const;
    const used = { ...unused, core: [false, false, true, false] } as const;
    const neuron = {
      ...idleNeuron(),
      synapses: [silent, heard, silent],
      destinations: [unused, used, unused],
    };
    const back = fromSamnaJson(toSamnaJson(withNeuron(neuron)));
    expect(back.chips[0]!.cores[1]!.neurons[17]).toEqual({
      ...neuron,
      synapses: [silent, heard],
      destinations: [unused, used],
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
    const parameters = core['parameters'] as Json[];
    core['parameters'] = [parameters[0], ...parameters.slice(2), { key: 3 }];
    at(parameters[0], 'value')['coarseValue'] = 7.5;
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
      'chips[0].cores[2].parameters[52] is {"key":3}; a pair of a key and a value is needed',
      'chips[0].cores[2].parameters.SOIF_GAIN_N.coarseValue is 7.5; 0…5 exist',
      'chips[0].cores[2].parameters.SOIF_LEAK_N: it is missing; an object is needed',
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
    at(parameters, 0, 'value')['address'] = 1;
    const unknown: string[] = [];
    const text = JSON.stringify(document);
    expectSame(fromSamnaJson(text, { onUnknown: (path) => unknown.push(path) }), net);
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

describe('toSamnaJson onto a board', () => {
  /** A board's own configuration: with fields that we do not know and lists in another form. */
  function boardText(): string {
    const document = documentOf({
      chips: [
        {
          cores: [idle, idle, idle, idle],
          globalParameters: { R2R_BUFFER_CCB: { coarse: 5, fine: 255 } },
        },
      ],
    });
    const chip = at(document, 'value0', 'chips', 0);
    chip['dvsIf'] = { on: false };
    chip['cores'] = Object.values(at(chip, 'cores'));
    at(chip, 'cores', 1, 'neurons', 'value17')['colour'] = 4;
    return JSON.stringify(document).replaceAll(
      '"coarseValue"',
      '"address":18446744073709551615,"coarseValue"',
    );
  }

  it('keeps what the board has and Spikeline does not know', () => {
    const board = boardText();
    const net = withNeuron(
      { ...idleNeuron(), synapses: [{ ...silent, tag: 3 }] },
      { parameters: { ...idle.parameters, SOIF_DC_P: { coarse: 2, fine: 7, type: 'P' } } },
    );
    const text = toSamnaJson(net, board);
    expectSame(fromSamnaJson(text), {
      chips: [{ ...net.chips[0], globalParameters: { R2R_BUFFER_CCB: { coarse: 5, fine: 255 } } }],
    });
    const addresses = text.match(/"address":18446744073709551615/g);
    expect(addresses).toHaveLength(board.match(/"address"/g)!.length);
    const chip = at(JSON.parse(text), 'value0', 'chips', 0);
    expect(chip['dvsIf']).toEqual({ on: false });
    expect(chip['cores']).toBeInstanceOf(Array);
    expect(at(chip, 'cores', 1, 'neurons', 'value17')['colour']).toBe(4);
    const biases = at(chip, 'cores', 1)['parameters'] as Json[];
    expect(biases.find(({ key }) => key === 'SOIF_DC_P')).toMatchObject({
      value: { coarseValue: 2, fineValue: 7, type: 'P' },
    });
  });

  it('clears what an earlier network left in the memories', () => {
    const before = toSamnaJson(
      withNeuron({ ...idleNeuron(), synapses: [{ ...silent, tag: 9 }], latchSoDc: true }),
    );
    const after = withNeuron(idleNeuron());
    expectSame(fromSamnaJson(toSamnaJson(after, before)), after);
  });

  it('refuses a board of fewer chips, and what is no board', () => {
    const one = withNeuron(idleNeuron());
    const two = { chips: [...one.chips, ...one.chips] };
    expect(() => toSamnaJson(two, toSamnaJson(one))).toThrow('chips.length is 2; the board has 1');
    expect(() => toSamnaJson(one, '{}')).toThrow('value0: it is missing');
  });
});

describe('numbers that a double would round', () => {
  const configuration: ChipConfiguration = {
    chips: [{ cores: [idleCore(), idleCore(), idleCore(), idleCore()] }],
  };
  const fields = [
    '"field":12345678901234567890',
    '"inList":[12345678901234567890, -9007199254740993 ,1]',
    '"nested":{"a":[[18446744073709551615]]}',
    '"big":1e400,"small":1e-400',
    '"fraction":0.1234567890123456789012',
    '"mixed":1234567890123456789.5',
    '"negzero":-0',
    '"text":"\\u0000n1234567890123456789, 12345678901234567890"',
    '"likeOurs":"number 12345678901234567890"',
    '"escaped":"\\u006eumber 12345678901234567890"',
    '"quote":"\\"number 1"',
    '"backslash":"\\\\","after":12345678901234567891',
  ];

  it('stay as the board has them, wherever they stand', () => {
    const board = toSamnaJson(configuration).replace('{"value0":{', `{"value0":{${fields.join()},`);
    const laid = toSamnaJson(configuration, board);
    const dense = laid.replaceAll(', ', ',');
    for (const field of fields) {
      const plain = field.replaceAll(' ,', ',').replaceAll(', ', ',');
      expect(dense).toContain(plain.replace('\\u006e', 'n'));
    }
    expectSame(JSON.parse(laid), JSON.parse(board));
    expect(toSamnaJson(configuration, laid)).toBe(laid);
  });

  it('are no number that a configuration could have', () => {
    const text = toSamnaJson(configuration).replace('"tag":0', '"tag":1e400');
    expect(() => fromSamnaJson(text)).toThrow(InvalidArgumentError);
  });

  it.each([undefined, null, 1, {}, Symbol('x')])('%s is no text to read', (given) => {
    expect(() => fromSamnaJson(given as never)).toThrow(InvalidArgumentError);
  });
});
