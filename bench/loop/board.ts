// Serves a virtual board in real time to another process, until its parent is gone: `served.ts` starts it. It tells of its heap when it is asked.
import { virtualBoard } from 'spikeline';
import { serveBoard } from 'spikeline/devices';
import { freeMemory } from '../measure.ts';
import { watchHeap } from './heap.ts';

const board = virtualBoard({ realTime: true, mismatch: { fraction: 0 } });
const { address, close } = await serveBoard(board, { listen: '127.0.0.1:0' });
let heap = watchHeap();
process.once('disconnect', () => void close());
process.on('message', (asked: 'begin' | 'tell') => {
  if (asked === 'begin') {
    heap.stop();
    freeMemory();
    heap = watchHeap();
  }
  process.send?.(heap.read());
});
process.send?.(address);
