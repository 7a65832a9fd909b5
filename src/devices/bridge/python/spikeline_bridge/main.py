"""The command line of the bridge."""
import argparse
import errno
import json
import os
import signal
import socket
import sys
import threading

from .board import Board
from .failure import Failure
from .frames import control
from .serving import Client


def _say(message):
    """Prints a line for whoever started it. samna may print lines of its own."""
    sys.stdout.write(json.dumps({"spikeline": message}) + "\n")
    sys.stdout.flush()


def _options(arguments):
    parser = argparse.ArgumentParser(
        prog="bridge.py", description="Owns a DYNAP-SE2 board through samna, and lends it to one Spikeline program at a time."
    )
    parser.add_argument("--listen", default="127.0.0.1:0", metavar="HOST:PORT", help="where it is reached; port 0 for any")
    parser.add_argument("--serial", help="serial number of the board; the first that is free if left out")
    parser.add_argument("--bit", metavar="FILE", help="bit file to load: needed after the board was switched on")
    parser.add_argument("--chips", type=int, default=1, help="chips on the board that are used")
    parser.add_argument("--settle", type=float, default=1.0, metavar="SECONDS", help="how long chips are given to come to rest")
    parser.add_argument("--once", action="store_true", help="end with the first client, or with standard input")
    options = parser.parse_args(arguments)
    if not 1 <= options.chips <= 4 or not 0 <= options.settle <= 60:
        parser.error("1 to 4 chips, and 0 to 60 seconds, are possible")
    host, _, port = options.listen.rpartition(":")
    if not port.isdigit() or int(port) > 65535:
        parser.error("--listen needs HOST:PORT")
    options.host, options.port = host.strip("[]") or "127.0.0.1", int(port)
    return options


def _listen(options):
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    server = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((options.host, options.port))
        server.listen(4)
    except OSError as cause:
        server.close()
        where = f"{options.host}:{options.port}"
        if cause.errno == errno.EADDRINUSE:
            raise Failure("busy", f"{where} is taken, perhaps by another bridge; choose another port, or 0 for any") from cause
        raise Failure("not-found", f"the bridge cannot listen at {where} ({cause})") from cause
    server.setblocking(False)
    return server


class _End:
    """Whether all is to end: by a signal, or as standard input ends with whoever started it."""

    def __init__(self, with_input):
        self.come = False
        for name in ("SIGTERM", "SIGINT", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._heard)
        if with_input:
            threading.Thread(target=self._wait, daemon=True).start()

    def _heard(self, *_):
        self.come = True

    def _wait(self):
        # Not through a buffer, whose lock would be held as Python ends.
        while os.read(sys.stdin.fileno(), 1024):
            pass
        self.come = True


def _accept(server):
    try:
        return server.accept()[0]
    except (BlockingIOError, InterruptedError):
        return None


def _serve(server, board, options, end):
    """Serves one client after the other."""
    turned = 0

    def over():
        """Turns away whoever else comes; looks now and then only, since it is called all the time."""
        nonlocal turned
        turned += 1
        if turned % 64 == 0:
            other = _accept(server)
            if other is not None:
                told = {"code": "busy", "message": "the board is used by another program; close that first"}
                with other:
                    other.settimeout(1)
                    try:
                        other.sendall(control({"refused": told}))
                    except OSError:
                        pass
        return end.come

    while not end.come:
        connection = _accept(server)
        if connection is None:
            threading.Event().wait(0.01)
            continue
        Client(connection, board, over).serve()
        board.forget()
        if options.once:
            return


def main(arguments=None):
    """Runs the bridge: exit code 0 if it was ended, 1 if it failed, which its last line tells."""
    options = _options(arguments)
    end = _End(options.once)
    board = server = None
    code = 0
    try:
        server = _listen(options)
        board = Board(options)
        host, port = server.getsockname()[:2]
        _say({"listening": f"tcp://[{host}]:{port}" if ":" in host else f"tcp://{host}:{port}"})
        _serve(server, board, options, end)
    except Failure as failure:
        _say({"failed": failure.told()})
        sys.stderr.write(f"{failure.message}\n")
        code = 1
    except Exception as cause:  # samna fails in ways of its own.
        what = f"samna failed ({type(cause).__name__}: {cause})"
        _say({"failed": {"code": "protocol", "message": what}})
        sys.stderr.write(f"{what}\n")
        code = 1
    finally:
        if server is not None:
            server.close()
        if board is not None:
            board.close()
    sys.exit(code)
