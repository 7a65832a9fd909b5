// Trains the network of follow.ts.
//
// npx tsx --conditions @spikeline/source examples/follow/train.ts

import { fileURLToPath } from 'node:url';
import { pipelineToJson } from 'spikeline';
import { writeFiles } from 'spikeline/files';
import { readArguments } from '../start/arguments.ts';
import { learn } from './learn.ts';

readArguments('follow/train.ts');
const path = fileURLToPath(new URL('trained.json', import.meta.url));
const net = learn(250, (epoch, loss) => {
  if (epoch % 20 === 0) process.stdout.write(`${epoch} ${loss.toPrecision(3)}\n`);
});
writeFiles(new Map([[path, pipelineToJson(net)]]));
process.stdout.write(`wrote ${path}\n`);
