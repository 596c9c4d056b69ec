"""How gRPC is written in HTTP/2: messages, deadlines and statuses (gRPC's PROTOCOL-HTTP2)."""

import re
import struct
from collections.abc import Iterator
from urllib.parse import quote

import grpc

from relay.services.refusal import Misbehaved, Refused, TooMany

Headers = list[tuple[str, str]]

PREFIX = struct.Struct(">BI")
"""What stands before a message: whether it is compressed, and its length."""

BEGIN: Headers = [(":status", "200"), ("content-type", "application/grpc")]
"""Headers of every answer."""

UNITS = {"H": 3600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}
TIMEOUT = re.compile("([0-9]{1,8})([HMSmun])")

AS_THEY_ARE = "".join(chr(number) for number in range(0x20, 0x7F) if chr(number) != "%")
"""Characters of a status message that are not percent-encoded."""


class Assembler:
    """Makes messages of the data of a stream; none may be longer than `most` bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._data = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take data; give the messages that are complete. Raise Refused for what is not taken."""
        self._data += data
        while len(self._data) >= PREFIX.size:
            compressed, length = PREFIX.unpack_from(self._data)
            if compressed:
                raise Refused(grpc.StatusCode.UNIMPLEMENTED, "compressed messages are not taken")
            if length > self._most:
                raise TooMany(f"a message of {length} bytes is larger than {self._most}")
            end = PREFIX.size + length
            if len(self._data) < end:
                return
            message = bytes(memoryview(self._data)[PREFIX.size : end])
            del self._data[:end]
            yield message


def timeout(headers: dict[str, str]) -> float | None:
    """Read the seconds that a call may take, None for ever. Raise Misbehaved."""
    text = headers.get("grpc-timeout")
    if text is None:
        return None
    found = TIMEOUT.fullmatch(text)
    if not found:
        raise Misbehaved(f"grpc-timeout {text!r} is not a number and a unit")
    return int(found[1]) * UNITS[found[2]]


def status(code: grpc.StatusCode, details: str) -> Headers:
    """Write how a call ended, as trailers."""
    number: int = code.value[0]
    written = [("grpc-status", str(number))]
    if details:
        written.append(("grpc-message", quote(details, safe=AS_THEY_ARE)))
    return written
