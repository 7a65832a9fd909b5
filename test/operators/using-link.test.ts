import { NEVER, of, Subject, throwError } from 'rxjs';
import { DeviceError, fromHardware, usingLink, virtualBoard } from 'spikeline';
import { describe, expect, it } from 'vitest';
import { spied } from '#test/support/links';
import { settled, TestClock } from '#test/support/test-clock';
import { watch } from '#test/support/watch';

async function openLink() {
  const clock = new TestClock();
  const board = virtualBoard({ clock });
  const link = spied(await board.open());
  return { board, link, clock };
}

describe('usingLink', () => {
  it('opens nothing before it is subscribed, then once for each subscription', async () => {
    const clock = new TestClock();
    const board = virtualBoard({ clock });
    let opened = 0;
    const open = () => {
      opened++;
      return board.open();
    };
    const used = usingLink(open, (link) => of(link.info.serial));
    expect(opened).toBe(0);
    for (let i = 1; i <= 2; i++) {
      const seen = watch(used);
      expect(opened).toBe(i);
      await settled();
      expect(seen.values).toEqual(['virtual-0']);
      expect(seen.ended).toBe('completed');
    }
  });

  it('never closes the link while it is used, and closes it on unsubscribe', async () => {
    const { board, link } = await openLink();
    const seen = watch(
      usingLink(
        async () => link,
        () => NEVER,
      ),
    );
    await settled();
    expect([link.closed, seen.ended]).toEqual([false, 'no']);
    seen.unsubscribe();
    expect([link.closed, link.closings]).toEqual([true, 1]);
    await expect(board.open()).resolves.toMatchObject({ closed: false });
  });

  it('closes the link when it completes', async () => {
    const { link } = await openLink();
    const use = new Subject<number>();
    const seen = watch(
      usingLink(
        async () => link,
        () => use,
      ),
    );
    await settled();
    use.next(1);
    use.next(2);
    expect(link.closed).toBe(false);
    use.complete();
    expect(seen.values).toEqual([1, 2]);
    expect([seen.ended, link.closed, link.closings]).toEqual(['completed', true, 1]);
  });

  it('closes the link on an error in the sequence', async () => {
    const { link } = await openLink();
    const use = new Subject<number>();
    const failure = new Error('no more');
    const seen = watch(
      usingLink(
        async () => link,
        () => use,
      ),
    );
    await settled();
    use.next(1);
    use.error(failure);
    expect([seen.error, link.closed]).toEqual([failure, true]);
  });

  it('closes the link when the callback throws', async () => {
    const { link } = await openLink();
    const failure = new Error('bug');
    const use = () => {
      throw failure;
    };
    const seen = watch(usingLink(async () => link, use));
    await settled();
    expect([seen.error, link.closed, link.closings]).toEqual([failure, true, 1]);
  });

  it('closes the link that opens after it was unsubscribed, and does not use it', async () => {
    const { link } = await openLink();
    let resolve: (opened: typeof link) => void = () => {};
    const opening = new Promise<typeof link>((done) => {
      resolve = done;
    });
    let used = 0;
    const use = () => {
      used++;
      return NEVER;
    };
    const seen = watch(usingLink(() => opening, use));
    seen.unsubscribe();
    expect(link.closed).toBe(false);
    resolve(link);
    await settled();
    expect([link.closed, link.closings, used]).toEqual([true, 1, 0]);
  });

  it('passes on that a link does not open, whether it rejects or throws', async () => {
    const busy = new DeviceError('busy', 'open already');
    const opens = [
      () => Promise.reject(busy),
      () => {
        throw busy;
      },
    ];
    for (const open of opens) {
      const seen = watch(usingLink(open, () => NEVER));
      await settled();
      expect(seen.error).toBe(busy);
    }
  });

  it('is silent when a link fails to open after it was unsubscribed', async () => {
    let reject: (cause: unknown) => void = () => {};
    const opening = new Promise<never>((_, fail) => {
      reject = fail;
    });
    const seen = watch(
      usingLink(
        () => opening,
        () => NEVER,
      ),
    );
    seen.unsubscribe();
    reject(new DeviceError('not-found', 'no board'));
    await settled();
    expect(seen.ended).toBe('no');
  });

  it('gives its own outcome although the link fails to close', async () => {
    const { link } = await openLink();
    const stubborn = Object.assign(Object.create(link) as typeof link, {
      close: () => Promise.reject(new DeviceError('timed-out', 'the board does not answer')),
    });
    const done = watch(
      usingLink(
        async () => stubborn,
        () => of(1),
      ),
    );
    const failed = watch(
      usingLink(
        async () => stubborn,
        () => throwError(() => 'own'),
      ),
    );
    await settled();
    expect([done.values, done.ended, failed.error]).toEqual([[1], 'completed', 'own']);
  });

  it('leaves neither listener nor timer behind', async () => {
    const { link, clock } = await openLink();
    const seen = watch(
      usingLink(
        async () => link,
        (opened) => fromHardware(opened),
      ),
    );
    await settled();
    expect(link.listeners).toBe(1);
    seen.unsubscribe();
    expect([link.listeners, clock.waiting]).toEqual([0, 0]);
  });
});
