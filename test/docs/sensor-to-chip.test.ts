import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import {
  chip,
  pipelineFromJson,
  pipelineToJson,
  runOn,
  simulator,
  usingLink,
  virtualBoard,
} from 'spikeline';
import { describe, expect, it } from 'vitest';
import { accuracy, decide, fromCamera, learn, recordings } from '#examples/sensor-to-chip/motion';
import { root } from './blocks.ts';

const saved = readFileSync(join(root, 'examples/sensor-to-chip/trained.json'), 'utf8');
const net = pipelineFromJson(saved);
const unseen = recordings[2]!;

describe('sensor to chip', () => {
  it('tells motions of a recording that was not learnt from, in the simulator', async () => {
    const decisions = fromCamera(unseen).pipe(runOn(simulator(), net), decide());
    expect(await accuracy(decisions)).toBeGreaterThanOrEqual(0.9);
  });

  it('tells them on virtual chips of 20 % mismatch', async () => {
    let sum = 0;
    const chips = [1, 2, 3, 4, 5, 6];
    for (const seed of chips) {
      const board = virtualBoard({ seed, mismatch: { fraction: 0.2 } });
      const decisions = usingLink(board.open, (link) =>
        fromCamera(unseen).pipe(runOn(chip(link), net), decide()),
      );
      sum += await accuracy(decisions);
    }
    expect(sum / chips.length).toBeGreaterThanOrEqual(0.85);
  });

  it('learns from other recordings than it is tried on, and another network is worse', async () => {
    const early = await learn(recordings.slice(0, 2), 1);
    expect(pipelineToJson(early)).not.toBe(saved);
    const decisions = fromCamera(unseen).pipe(runOn(simulator(), early), decide());
    expect(await accuracy(decisions)).toBeLessThan(0.9);
    expect(await firstValueFrom(fromCamera(unseen))).toHaveProperty('space.channels', 50);
  });
});
