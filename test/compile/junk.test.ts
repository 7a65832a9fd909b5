import {
  deploy,
  diagnose,
  dynapSim,
  fineTune,
  InvalidArgumentError,
  linear,
  pipeline,
} from 'spikeline';
import * as chip from 'spikeline/chip';
import { describe, expect, it } from 'vitest';
import { toDynapSim } from '#src/compile/back/model';
import { networkProblems } from '#src/compile/front/chip-problems';
import { mergeStages } from '#src/compile/front/merge';
import { checkDeployment } from '#src/compile/plan';

const net = pipeline(linear({ weight: [[1, 2]] }), dynapSim({ neurons: 2, name: 'out' }));
const { configuration } = deploy(net);
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
