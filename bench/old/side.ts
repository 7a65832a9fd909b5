// One side of the comparison with the past, in a process of its own: `beside.ts` starts two of it.
// Arguments: the task as JSON, and the folder of the old tree for the side of the past.
import { secondsOf, warmUp } from '../measure.ts';
import type { Task } from './task.ts';

const [text, folder] = process.argv.slice(2);
const task = JSON.parse(text!) as Task;
const run =
  folder === undefined
    ? (await import('./now.ts')).prepare(task)
    : await (await import('./then.ts')).prepare(folder, task);
await warmUp(run, 1);
process.on('message', async () => process.send?.(await secondsOf(run)));
process.send?.('ready');
