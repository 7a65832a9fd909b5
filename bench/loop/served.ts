/** The board in a process of its own, that a loop reaches over a socket. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { firstMessage } from '../side.ts';
import type { Heap } from './heap.ts';

/** A board that another process serves. */
export interface Served {
  readonly address: string;
  /** Lets it free its memory and begin to watch its heap anew. */
  begin(): Promise<Heap>;
  /** What its heap has come to since. */
  tell(): Promise<Heap>;
  close(): void;
}

/** Starts it, with the flags of this process. */
export async function served(): Promise<Served> {
  const board = fork(fileURLToPath(new URL('board.ts', import.meta.url)));
  const ask = (what: 'begin' | 'tell'): Promise<Heap> => {
    const answered = firstMessage<Heap>(board);
    board.send(what);
    return answered;
  };
  return {
    address: await firstMessage<string>(board),
    begin: () => ask('begin'),
    tell: () => ask('tell'),
    close() {
      if (board.connected) board.disconnect();
    },
  };
}
