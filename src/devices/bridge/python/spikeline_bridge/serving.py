"""Lends a board to one client at a time."""
import select
import socket
import time

from .failure import Failure, Unfit
from .frames import CONTROL, EVENTS, Frames, control, frame, read_control

PROTOCOL = {"name": "spikeline-samna", "version": 1}

# Seconds between two looks at the board: while something is due, and while nothing is.
BUSY, IDLE = 0.0003, 0.001
# Seconds between two signs of life, and between two looks for errors.
ALIVE, LOOK = 1.0, 0.25
# Seconds that a client may take for its greeting.
PATIENCE = 5.0
# Bytes that may wait for a slow client; spikes that come then are counted as lost.
MOST_WAITING = 2**24


class Gone(Exception):
    """The client is gone."""


class Client:
    """A client, from its greeting to its end."""

    def __init__(self, connection, board, busy):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.setblocking(False)
        self._connection = connection
        self._board = board
        # Turns others away meanwhile, and says whether all is to end.
        self._ended = busy
        self._frames = Frames()
        self._out = bytearray()
        self._lost = 0
        self._greeted = False
        self._next_alive = self._next_look = 0.0
        board.pause = self._pause
        board.give = self._give

    def serve(self):
        """Serves until the client goes, or all is to end. A failure of the board or of the client ends it, and is told."""
        impatient = time.monotonic() + PATIENCE
        try:
            while not self._ended():
                self._turn(read=True)
                if not self._greeted and time.monotonic() > impatient:
                    raise Failure("timed-out", "no greeting came")
        except Gone:
            pass
        except Failure as failure:
            self._last({"refused" if not self._greeted else "closed": failure.told()})
        except Exception as cause:  # samna fails in ways of its own.
            what = f"samna failed ({type(cause).__name__}: {cause}); plug the board in, and open it again"
            self._last({"closed": {"code": "disconnected", "message": what}})
            raise
        finally:
            self._connection.close()
            self._board.pause = time.sleep
            self._board.give = lambda body: None

    def _last(self, message):
        """Says a last word, if the client listens."""
        try:
            self._connection.setblocking(True)
            self._connection.settimeout(1)
            self._connection.sendall(bytes(self._out) + control(message))
            self._connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _tell(self, message):
        self._out += control(message)

    def _pause(self, seconds):
        """Lets time pass while the board is served; what the client asks meanwhile waits."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._ended():
            self._turn(read=False)

    def _turn(self, read):
        wait = BUSY if self._board.busy else IDLE
        own = self._connection
        ready, _, _ = select.select([own] if read else [], [own] if self._out else [], [], wait)
        if ready:
            self._receive()
        if not self._greeted:
            self._flush()
            return
        board = self._board
        board.turn()
        self._give(board.take_spikes())
        now = time.monotonic()
        if now > self._next_look:
            self._next_look = now + LOOK
            self._errors()
        if now > self._next_alive:
            self._next_alive = now + ALIVE
            self._tell({"alive": True, "lost": self._lost})
            self._lost = 0
        self._flush()

    def _errors(self):
        errors = self._board.errors()
        if errors:
            self._tell({"errors": errors[-100:], "count": len(errors)})

    def _give(self, body):
        if not body:
            return
        if len(self._out) > MOST_WAITING:
            self._lost += len(body) // 9
        else:
            self._out += frame(EVENTS, body)

    def _flush(self):
        if not self._out:
            return
        try:
            sent = self._connection.send(self._out)
        except BlockingIOError:
            return
        except OSError as cause:
            raise Gone() from cause
        del self._out[:sent]

    def _receive(self):
        try:
            more = self._connection.recv(2**18)
        except BlockingIOError:
            return
        except OSError as cause:
            raise Gone() from cause
        if not more:
            raise Gone()
        for kind, body in self._frames.push(more):
            if kind == CONTROL:
                self._control(read_control(body))
            elif kind != EVENTS:
                raise Failure("protocol", f"a message of kind {kind} is not known")
            elif not self._greeted:
                raise Failure("protocol", "events came before the greeting")
            else:
                self._board.send(body)

    def _control(self, message):
        if not self._greeted:
            if message.get("hello") != PROTOCOL:
                told = f"a greeting of {PROTOCOL['name']} in version {PROTOCOL['version']} is needed; use a Spikeline of the same version"
                raise Failure("protocol", told)
            self._greeted = True
            board = self._board
            known = {"name": board.name, "serial": board.serial, "chips": board.chips, "samna": board.version}
            self._tell({"welcome": known, "protocol": PROTOCOL})
            return
        call, id_ = message.get("call"), message.get("id")
        if call not in ("configure", "update", "time") or not isinstance(id_, int):
            raise Failure("protocol", "a message asks for nothing that is known")
        try:
            self._call(call, message.get("argument"), lambda value: self._tell({"answer": id_, "value": value}))
        except (Unfit, Failure) as failure:
            self._tell({"answer": id_, "error": failure.told()})

    def _call(self, call, argument, answer):
        board = self._board
        if call == "time":
            board.ask(argument, answer)
        elif call == "configure":
            board.configure(argument)
            # What had been sent before has come when a question that follows it has come back.
            board.ask(None, answer)
        else:
            board.update(argument)
            board.ask(None, answer)
