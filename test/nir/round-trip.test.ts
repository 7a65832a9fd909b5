import fc from 'fast-check';
import type { Pipeline } from 'spikeline';
import { nirOfPipeline, pipelineOfNir, readNir, writeNir } from 'spikeline/nir';
import { describe, expect, it } from 'vitest';
import { anyGraphPipeline } from '#test/pipeline/graphs';
import { runs } from '#test/support/runs';
import { anyGraph, anyNirPipeline } from './arbitraries.ts';

describe('a graph in a file', () => {
  it('comes back as it was, in its precision', async () => {
    await fc.assert(
      fc.asyncProperty(anyGraph, async (graph) => {
        expect(await readNir(await writeNir(graph))).toEqual(graph);
      }),
      { numRuns: runs(80) },
    );
  });
});

describe('a graph of anything', () => {
  it('is a pipeline or has problems, and never fails otherwise', () => {
    fc.assert(
      fc.property(anyGraph, fc.array(fc.tuple(fc.nat(4), fc.nat(4))), (graph, pairs) => {
        const names = Object.keys(graph.nodes);
        const edges = pairs
          .filter((pair) => Math.max(...pair) < names.length)
          .map(([from, to]): [string, string] => [names[from]!, names[to]!]);
        const { pipeline: net, problems } = pipelineOfNir({ ...graph, edges });
        expect(net === undefined).toBe(problems.length > 0);
      }),
      { numRuns: runs(2000) },
    );
  });
});

describe('a pipeline in a file', () => {
  it('comes back to the last bit', async () => {
    await fc.assert(
      fc.asyncProperty(anyNirPipeline, async (net) => {
        const graph = await readNir(await writeNir(nirOfPipeline(net)));
        expect(pipelineOfNir(graph)).toMatchObject({ problems: [], notes: [], pipeline: net });
      }),
      { numRuns: runs(80) },
    );
  });
});

describe('a pipeline with branches and loops', () => {
  it('comes back as it was, through a file too', async () => {
    const graphs = anyGraphPipeline(false).filter(writable);
    fc.assert(
      fc.property(graphs, (net) => {
        expect(pipelineOfNir(nirOfPipeline(net))).toMatchObject({ problems: [], pipeline: net });
      }),
      { numRuns: runs(150) },
    );
    await fc.assert(
      fc.asyncProperty(graphs, async (net) => {
        const graph = await readNir(await writeNir(nirOfPipeline(net)));
        expect(pipelineOfNir(graph)).toMatchObject({ problems: [], notes: [], pipeline: net });
      }),
      { numRuns: runs(30) },
    );
  });
});

/** Whether no stage is given the same twice, which NIR cannot say. */
function writable({ inputs }: Pipeline): boolean {
  return inputs.every((own) => new Set(own.map(({ from }) => from)).size === own.length);
}
