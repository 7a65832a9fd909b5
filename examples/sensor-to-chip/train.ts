// Trains the network of sensor-to-chip.ts on two of the recordings; the third, `unseen`, is for trying it.
//
// npx tsx --conditions @spikeline/source examples/sensor-to-chip/train.ts

import { fileURLToPath } from 'node:url';
import { pipelineToJson } from 'spikeline';
import { writeFiles } from 'spikeline/files';
import { readArguments } from '../start/arguments.ts';
import { learn, recordings } from './motion.ts';

readArguments('sensor-to-chip/train.ts');
const path = fileURLToPath(new URL('trained.json', import.meta.url));
const net = await learn(recordings.slice(0, 2));
writeFiles(new Map([[path, pipelineToJson(net)]]));
process.stdout.write(`wrote ${path}\n`);
