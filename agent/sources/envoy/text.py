"""What Envoys send as text, made fit for a flow: valid, bounded, its damage visible."""

import ipaddress
from functools import lru_cache
from typing import NamedTuple

from proto.accesslog_pb2 import Address as Told

LONGEST = 8192
"""Most bytes of a URL, header or reason; what is longer is cut, and ends in an ellipsis."""
ADDRESSES = 4096
"""How many addresses are remembered as read."""


class Address(NamedTuple):
    """An address and port. The port is 0 where unknown; `version` is 4 or 6."""

    ip: str
    port: int
    version: int


def text(raw: bytes, most: int = LONGEST) -> str:
    r"""Read text; a byte that is no UTF-8 reads as `\xff`."""
    said = raw[:most].decode("utf-8", "backslashreplace")
    return said if len(raw) <= most else f"{said}…"


def address(told: Told) -> Address | None:
    """Read an address; None for one that is missing, or no IP address."""
    socket = told.socket_address
    read = _ip(socket.address)
    if read is None:
        return None
    port = socket.port_value
    return Address(read[0], port if port < 65536 else 0, read[1])


@lru_cache(ADDRESSES)
def _ip(raw: bytes) -> tuple[str, int] | None:
    """Read an IP address; give it in canonical form, and its version."""
    try:
        parsed = ipaddress.ip_address(raw.decode("ascii"))
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if parsed.version == 6 else None
    plain = mapped or parsed
    return (str(plain), plain.version) if "%" not in str(plain) else None
