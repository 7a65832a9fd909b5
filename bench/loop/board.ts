// Serves a virtual board in real time to another process, until its parent is gone: `index.ts` starts it.
import { virtualBoard } from 'spikeline';
import { serveBoard } from 'spikeline/devices';

const board = virtualBoard({ realTime: true, mismatch: { fraction: 0 } });
const { address, close } = await serveBoard(board, { listen: '127.0.0.1:0' });
process.once('disconnect', () => void close());
process.send?.(address);
