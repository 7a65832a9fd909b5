// The network that train.ts has trained, from trained.json.

import { readFileSync } from 'node:fs';
import { type Pipeline, pipelineFromJson } from 'spikeline';

/** The trained network. */
export const trained: Pipeline = pipelineFromJson(
  readFileSync(new URL('./trained.json', import.meta.url), 'utf8'),
);
