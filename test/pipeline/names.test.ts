import {
  dynapSim,
  lif,
  linear,
  type Pipeline,
  packPipeline,
  pipeline,
  pipelineFromJson,
  pipelineToJson,
  unpackPipeline,
} from 'spikeline';
import { fromStages, withStages, withStageWeights } from 'spikeline/stages';
import { pipelineWeights, withWeights } from 'spikeline/train';
import { describe, expect, it } from 'vitest';
import { stageDefinition } from '#src/stages/stage';

const neurons = { neurons: 1, tauMem: 0.02 };
const weight = [[1]];
const names = ({ stages }: Pipeline): string[] => stages.map(({ name }) => name);
const joined = (part: Pipeline): string[] =>
  names(pipeline(linear({ weight, name: 'first' }), part));

describe('names of stages', () => {
  const given = pipeline(linear({ weight }), lif({ ...neurons, name: 'lif1' }));
  const made = pipeline(linear({ weight }), lif(neurons));

  it('stay as they were given in a larger pipeline, though they look like made ones', () => {
    expect(joined(given)).toEqual(['first', 'linear1', 'lif1']);
    expect(joined(made)).toEqual(['first', 'linear1', 'lif2']);
  });

  it('are known as given or made after saving, training and other weights', () => {
    const ways: readonly ((net: Pipeline) => Pipeline)[] = [
      (net) => pipelineFromJson(pipelineToJson(net)),
      (net) => unpackPipeline(packPipeline(net)),
      (net) => withWeights(net, pipelineWeights(net)),
      (net) => withStages(net, net.stages),
      (net) => fromStages(net.stages),
      (net) => fromStages(net.stages.map((one) => withStageWeights(one, new Float64Array(1)))),
    ];
    for (const again of ways.slice(0, -1)) {
      expect(joined(again(given))).toEqual(['first', 'linear1', 'lif1']);
      expect(joined(again(made))).toEqual(['first', 'linear1', 'lif2']);
    }
  });

  it('have a character, and no colon, which stands before a state', () => {
    for (const name of ['', ':', 'a:imem']) {
      expect(() => pipeline(dynapSim({ neurons: 1, name }))).toThrow(
        /a name needs a character, and no colon/,
      );
    }
    expect(stageDefinition(pipeline(dynapSim({ neurons: 1, name: 'a.b' })).stages[0]!).name).toBe(
      'a.b',
    );
  });
});
