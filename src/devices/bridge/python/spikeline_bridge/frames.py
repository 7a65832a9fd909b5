"""Messages on a stream of bytes: u32 length, u8 kind, body. Little endian."""
import json
import struct

from .failure import Failure

CONTROL, EVENTS = 1, 2

# The longest message, bytes: as long as Spikeline's other frames.
LARGEST = 2**26

# An event: u32 microseconds, and where it goes: u16 tag, u8 cores, i8 hops east, i8 hops north.
DESTINATION = struct.Struct("<HBbb")
EVENT = struct.Struct("<I5s")

_HEAD = struct.Struct("<IB")


def frame(kind, body):
    """A message as bytes."""
    return _HEAD.pack(len(body) + 1, kind) + body


def control(message):
    """A control message as bytes."""
    return frame(CONTROL, json.dumps(message).encode())


class Frames:
    """Takes a stream of bytes apart, however it is cut."""

    def __init__(self, largest=LARGEST):
        self._largest = largest
        self._bytes = bytearray()

    def push(self, more):
        """Gives the messages that the bytes complete, as (kind, body)."""
        held = self._bytes
        held += more
        messages = []
        at = 0
        while len(held) - at >= _HEAD.size:
            length, kind = _HEAD.unpack_from(held, at)
            if not 1 <= length <= self._largest:
                raise Failure("protocol", f"a message of {length} bytes is announced; {self._largest} are allowed")
            if len(held) - at < 4 + length:
                break
            messages.append((kind, bytes(held[at + _HEAD.size : at + 4 + length])))
            at += 4 + length
        del held[:at]
        return messages


def read_control(body):
    """A control message, which is an object."""
    try:
        message = json.loads(body)
    except ValueError as cause:
        raise Failure("protocol", f"a control message is no JSON ({cause})") from None
    if not isinstance(message, dict):
        raise Failure("protocol", "a control message must be an object")
    return message
