"""The board's clock as the host knows it, from what comes back."""
import time

# Seconds over which the quickest news of the board count.
WINDOW = 1.0
# Microseconds that news may take, and by which the clock is set back at most in a window, as far as crystals differ.
ON_ITS_WAY, MOST_BACK = 1500, 200
PERIOD = 2**32


def near(stamp, time_):
    """Continues 32 bits to the time that lies nearest."""
    return stamp + round((time_ - stamp) / PERIOD) * PERIOD


class BoardClock:
    """Microseconds of the board, which wrap at 2^32 there and go on here. News are never early."""

    def __init__(self):
        self._offset = None
        self._quickest = float("inf")
        self._end = 0.0

    @property
    def known(self):
        return self._offset is not None

    def now(self):
        return int(time.monotonic() * 1e6 + self._offset)

    def heard(self, stamp, asked=None):
        """Learns that the board's clock showed a stamp; `asked` is when it was asked, if it was asked for the time of then."""
        host = time.monotonic()
        if self._offset is None:
            self._offset = stamp - (host if asked is None else (host + asked) / 2) * 1e6
            self._end = host + WINDOW
            return stamp
        board = near(stamp, host * 1e6 + self._offset)
        late = host * 1e6 + self._offset - board
        if late < 0:
            self._offset -= late
        self._quickest = min(self._quickest, max(0, late))
        if host > self._end:
            self._offset -= min(MOST_BACK, max(0, self._quickest - ON_ITS_WAY))
            self._quickest = float("inf")
            self._end = host + WINDOW
        return board
