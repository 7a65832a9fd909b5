// Marks a session in a folder, and is killed once the last mark is on disk. Argument: the folder.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '#src/clock';
import { openSessionWriter } from '#src/sessions/session-writer';

const folder = process.argv[2]!;
const session = openSessionWriter(folder, {
  seed: 1,
  config: {},
  versions: { spikeline: '0', node: process.version, platform: process.platform },
  overwrite: false,
  flushEvery: 0.05,
  clock: systemClock,
});
for (let i = 0; i < 100; i++) session.mark(`mark ${i}`, i);
const file = join(folder, 'streams.spk');
setInterval(() => {
  if (readFileSync(file).includes('mark 99')) process.kill(process.pid, 'SIGKILL');
}, 5);
