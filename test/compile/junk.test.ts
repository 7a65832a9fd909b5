import {
  deploy,
  diagnose,
  dynapSim,
  fineTune,
  InvalidArgumentError,
  linear,
  pipeline,
  residual,
  scale,
  UnsupportedPipelineError,
} from 'spikeline';
import * as chip from 'spikeline/chip';
import { describe, expect, it } from 'vitest';
import { toDynapSim } from '#src/compile/back/model';
import { networkProblems } from '#src/compile/front/chip-problems';
import { mergeStages } from '#src/compile/front/merge';
import { checkDeployment } from '#src/compile/plan';

const net = pipeline(linear({ weight: [[1, 2]] }), dynapSim({ neurons: 2, name: 'out' }));
const deployment = deploy(net);
const { configuration } = deployment;
const nothing: unknown[] = [
  undefined,
  null,
  3,
  Number.NaN,
  'x',
  true,
  [],
  {},
  () => 1,
  Symbol('s'),
  2n,
];
type Any = (...given: unknown[]) => unknown;

/** What is called, with arguments before and after the junk. */
const calls: Readonly<Record<string, readonly [call: Any, before?: unknown[], after?: unknown[]]>> =
  {
    'deploy of': [deploy as Any],
    'deploy with': [deploy as Any, [net]],
    'checkDeployment of': [checkDeployment as Any],
    'checkDeployment with': [checkDeployment as Any, [net]],
    'diagnose of': [diagnose as Any],
    'diagnose on': [diagnose as Any, [deploy(net)]],
    'networkFrom of': [chip.networkFrom as Any],
    'networkFrom with': [chip.networkFrom as Any, [configuration]],
    'quantise of': [chip.quantise as Any],
    'quantise with': [chip.quantise as Any, [[1, 2]]],
    'encodeWeights of': [chip.encodeWeights as Any, [], [[1, 2, 4, 8]]],
    'encodeWeights on': [chip.encodeWeights as Any, [[1]]],
    'fromSamnaJson of': [chip.fromSamnaJson as Any],
    'toSamnaJson of': [chip.toSamnaJson as Any],
    'toSamnaJson over': [chip.toSamnaJson as Any, [configuration]],
    'inspectConfiguration of': [chip.inspectConfiguration as Any],
    'mergeStages of': [mergeStages as Any],
    'mergeStages with': [mergeStages as Any, [net]],
    'toDynapSim of': [toDynapSim as Any],
    'networkProblems of': [networkProblems as Any],
    'plainFamily of': [chip.plainFamily as Any],
    'coreErrors of': [chip.coreErrors as Any],
    'eventOf of': [chip.eventOf as Any],
    'eventWord of': [chip.eventWord as Any],
    'where of': [deployment.where as Any, [], [0]],
    'where at': [deployment.where as Any, ['out']],
    'wordsOf of': [deployment.wordsOf as Any],
    'chipMemories of': [chip.dynapse2.memories as Any],
  };

/** Calls with everything that is no such argument; what is taken after all is no failure. */
function outcomes(call: Any, before: unknown[] = [], after: unknown[] = []): unknown[] {
  return nothing.flatMap((junk) => {
    try {
      call(...before, junk, ...after);
      return [];
    } catch (cause) {
      return [cause];
    }
  });
}

describe('junk', () => {
  it.each(Object.entries(calls))('in %s is met with problems, never a TypeError', (_, given) => {
    const found = outcomes(...given);
    expect(found.length).toBeGreaterThan(0);
    for (const cause of found) {
      expect(cause).toBeInstanceOf(InvalidArgumentError);
      const { problems } = cause as InvalidArgumentError;
      expect(problems.length).toBeGreaterThan(0);
      for (const { path, needed } of problems)
        expect([typeof path, typeof needed]).toEqual(['string', 'string']);
    }
  });

  it('in options is named with its path, all at once, with the nearest name', () => {
    const wrong = {
      chips: 1.5,
      cluster: { clusters: 'two', metod: 'similar' },
      monitored: [3],
      cores: [{ chip: -1, core: 0 }],
      hardwar: [],
      quantiser: 4,
      family: 'dynapse2',
    };
    const [cause] = outcomes(deploy as Any, [net]).slice(0, 0);
    expect(cause).toBeUndefined();
    try {
      (deploy as Any)(net, wrong);
      expect.unreachable();
    } catch (cause) {
      const { problems } = cause as InvalidArgumentError;
      expect(problems.map(({ path }) => path).sort()).toEqual([
        'chips',
        'cluster.clusters',
        'cluster.metod',
        'cores[0].chip',
        'family',
        'hardwar',
        'monitored[0]',
        'quantiser',
      ]);
      expect(problems.find(({ path }) => path === 'hardwar')!.needed).toMatch(
        /did you mean hardware/,
      );
    }
  });

  it('rejects fine-tuning', async () => {
    for (const junk of nothing) {
      for (const given of [
        [junk, [], { epochs: 1 }],
        [net, junk, { epochs: 1 }],
        [net, [], junk],
      ]) {
        await expect((fineTune as Any)(...given)).rejects.toBeInstanceOf(InvalidArgumentError);
      }
    }
  });
});

/** The problems that something is refused with. */
function refused(work: () => unknown): string {
  try {
    work();
  } catch (cause) {
    expect(cause).toBeInstanceOf(InvalidArgumentError);
    return (cause as InvalidArgumentError).problems.map(({ path }) => path).join(' ');
  }
  return 'nothing';
}

describe('what is spoilt inside', () => {
  it('is named with all else that is wrong', () => {
    const options = {
      hardware: [null, { chip: 0, core: 1, neuron: 0 }],
      monitored: ['nobody'],
      cluster: { clusters: 9 },
      chips: 'x',
    };
    expect(refused(() => deploy(net, options as never))).toBe(
      'hardware[0] chips  monitored[0] cluster.clusters',
    );
    expect(refused(() => deploy(net, { hardware: new Array(2) }))).toBe('hardware[0] hardware[1]');
  });

  it('is found in a family, a configuration, a deployment', () => {
    const family = { ...deployment.family, bases: 'x', read: undefined, limits: { chips: 1e9 } };
    const paths = refused(() => deploy(net, { family: family as never })).split(' ');
    expect(paths).toContain('family.limits.chips');
    expect(paths).toContain('family.limits.tags');
    expect(paths).toContain('family.bases');
    expect(paths).toContain('family.read');
    const [first] = configuration.chips;
    const cores = first!.cores.slice();
    const neurons = cores[0]!.neurons.slice();
    const odd = { ...neurons[0]!.synapses[0]!, weight: [true, false], stp: 1 };
    neurons[0] = { ...neurons[0]!, synapses: [odd], latchSoDc: 'x' } as never;
    cores[0] = { ...cores[0]!, neurons };
    delete cores[2];
    const spoilt = { chips: [{ ...first!, cores }] };
    expect(refused(() => chip.inspectConfiguration(spoilt))).toBe(
      'chips[0].cores[0].neurons[0].latchSoDc chips[0].cores[0].neurons[0].synapses[0].stp chips[0].cores[0].neurons[0].synapses[0].weight chips[0].cores[2]',
    );
    const { population } = deployment;
    const input = { ...population.input, pre: new Uint32Array(9) };
    const changed = { ...deployment, configuration: spoilt, population: { ...population, input } };
    expect(refused(() => chip.coreErrors(changed))).toMatch(/latchSoDc .*population\.input$/);
    expect(refused(() => diagnose({ ...changed, remarks: 7 as never }))).toBe(
      'deployment.population.input deployment.remarks',
    );
  });

  it('may throw when it is read', () => {
    const throws = (name: string): object =>
      Object.defineProperty({}, name, {
        enumerable: true,
        get() {
          throw new Error('not to be read');
        },
      });
    const given = throws('chips') as never;
    expect(refused(() => chip.inspectConfiguration(given))).toBe('chips');
    expect(refused(() => chip.toSamnaJson(given))).not.toBe('nothing');
    expect(refused(() => chip.networkFrom(given))).toBe('configuration.chips');
    expect(refused(() => chip.coreErrors(throws('family') as never))).toMatch(
      /^deployment\.family/,
    );
    expect(refused(() => diagnose(throws('pipeline') as never))).toMatch(/^deployment\.pipeline/);
    expect(refused(() => deploy(net, throws('family')))).not.toBe('nothing');
  });

  it('multiplies no branches without end', () => {
    const branch = residual(scale({ scale: [1, 2] }));
    const deep = pipeline(
      linear({ weight: [[1, 2]] }),
      ...new Array(40).fill(branch),
      dynapSim({ neurons: 2 }),
    );
    expect(() => toDynapSim(deep)).toThrow(UnsupportedPipelineError);
    expect(() => toDynapSim(deep)).toThrow(/8192 ways; 4096 are the most/);
  });
});
