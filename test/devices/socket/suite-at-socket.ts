import { type Board, type VirtualBoardConfig, type VirtualLink, virtualBoard } from 'spikeline';
import { boardAt, type LinkSuiteConfig, serveBoard } from 'spikeline/devices';
import { type FakeClock, fakeClock } from '#test/devices/fake-clock';
import { configuration, delta, word } from '#test/devices/suite-network';

/** A virtual board that remembers the link that was opened last. */
export interface NotedBoard extends Board<VirtualLink> {
  readonly last: VirtualLink | undefined;
}

function noted(config: VirtualBoardConfig): NotedBoard {
  const board = virtualBoard({ mismatch: { fraction: 0 }, ...config });
  let last: VirtualLink | undefined;
  return {
    get last() {
      return last;
    },
    async open() {
      last = await board.open();
      return last;
    },
  };
}

/** Sockets that this process has open. */
export function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
}

/** Time passes for the boards, and the sockets get their turn. */
export async function turn(clock: FakeClock, milliseconds: number): Promise<void> {
  await clock.pass(milliseconds);
  for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** What the link suite needs to be run on virtual boards behind sockets, in virtual time. */
export async function suiteAtSocket(config: VirtualBoardConfig): Promise<{
  readonly config: LinkSuiteConfig;
  readonly board: NotedBoard;
  readonly clock: FakeClock;
  stop(): Promise<void>;
}> {
  const clock = fakeClock();
  const boards = [
    noted({ clock, ...config }),
    noted({ clock, ...config, inputCapacity: 8 }),
    noted({ clock, ...config, startTime: 2 ** 32 - 40_000 }),
  ];
  const servers = await Promise.all(boards.map((board) => serveBoard(board, { listen: '0' })));
  const [open, openSmall, openBeforeWrap] = servers.map(
    ({ address }) =>
      () =>
        boardAt(address).open(),
  );
  return {
    config: {
      open: open!,
      configuration,
      word,
      delta,
      unplug: () => boards[0]!.last!.unplug(),
      openSmall: openSmall!,
      openBeforeWrap: openBeforeWrap!,
      left: () => clock.pending,
      pass: (milliseconds) => turn(clock, milliseconds),
      // Turns take no time of the machine, which may be busy when a socket has its turn.
      patience: 100_000,
    },
    board: boards[0]!,
    clock,
    async stop() {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}
