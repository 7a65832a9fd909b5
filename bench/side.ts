/** Processes of their own, in which something is measured whose garbage collector has nothing else to do. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * How V8 disturbs least: it collects garbage without waking threads to help, which come late, and gives no memory back in mid-run, as
 * the tutorial of closed loops says. The heap is that which it has by itself.
 */
export const calm: readonly string[] = ['--no-parallel-scavenge', '--no-memory-reducer'];

/** What a process says first; fails if it ends before. */
export async function firstMessage<T>(child: ChildProcess): Promise<T> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`a side of the bench ended with exit code ${code}`);
  });
  ended.catch(() => {});
  const [message] = await Promise.race([once(child, 'message'), ended]);
  return message as T;
}

/** Asks a program that {@link answers}, started with some flags more than this one. */
export function askSide<Told>(
  program: URL,
  flags: readonly string[],
  asked: object,
): Promise<Told> {
  const child = fork(fileURLToPath(program), { execArgv: [...process.execArgv, ...flags] });
  child.send(asked);
  return firstMessage<Told>(child);
}

/** Answers the one question that this process is asked, and lets it end. */
export function answers<Asked>(measure: (asked: Asked) => Promise<object>): void {
  process.once('message', (asked: Asked) => {
    measure(asked).then(
      (told) => {
        process.send?.(told);
        process.disconnect();
      },
      (cause: unknown) => {
        process.stderr.write(`${cause}\n`);
        process.exit(1);
      },
    );
  });
}
