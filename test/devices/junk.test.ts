import { InvalidArgumentError, virtualBoard } from 'spikeline';
import { boardAt, serveBoard } from 'spikeline/devices';
import { describe, expect, it } from 'vitest';

const junk: readonly unknown[] = [null, 0, Number.NaN, 'x', 10n, Symbol('s'), [], {}, () => 1];

describe('an open link', () => {
  it.each(['a virtual board', 'a board behind a socket'])('refuses junk: %s', async (which) => {
    const board = virtualBoard();
    const server = await serveBoard(board, { listen: '127.0.0.1:0' });
    const link = await (which === 'a virtual board' ? board : boardAt(server.address)).open();
    for (const given of junk as readonly never[]) {
      expect(() => link.send(given)).toThrow(InvalidArgumentError);
      expect(() => link.send({ timestamps: new Uint32Array(2), words: given })).toThrow(
        InvalidArgumentError,
      );
      expect(() => link.listen(given)).toThrow(InvalidArgumentError);
      await expect(link.configure(given)).rejects.toThrow(InvalidArgumentError);
      if (given !== 0) await expect(link.time(given)).rejects.toThrow(InvalidArgumentError);
    }
    await link.close();
    await server.close();
  });
});
