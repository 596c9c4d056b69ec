"""Where a server listens, as people write it: `host:port`, `unix:///path`, `tls://host:port`."""

import re
import socket
from dataclasses import dataclass

DEFAULT_PORT = 4245
"""Port of a relay; an agent of Hubble listens on 4244."""

_HOST_PORT = re.compile(r"(?:\[(?P<six>[^][]+)]|(?P<host>[^][:/@\s]+))(?::(?P<port>[0-9]{1,5}))?")


@dataclass(frozen=True)
class Target:
    """A server's address.

    `path` is that of a unix socket, else empty; `tls` says that the address asks for TLS.
    """

    host: str = "localhost"
    port: int = DEFAULT_PORT
    path: str = ""
    tls: bool = False

    @classmethod
    def parse(cls, text: str, default_port: int = DEFAULT_PORT) -> "Target":
        """Read an address; a host without a port gets `default_port`.

        Raise ValueError for one that cannot be read.
        """
        if text.startswith("unix:"):
            path = re.sub("^unix:(//(?=/))?", "", text)
            if not path.strip("/"):
                raise ValueError(f"address {text!r}: expected unix:///path")
            return cls(host="", port=0, path=path)
        tls = text.startswith("tls://")
        host, port = _host_and_port(text, text.removeprefix("tls://"), default_port)
        return cls(host=host, port=port, tls=tls)

    @property
    def address(self) -> str:
        """The address as gRPC wants it."""
        return f"unix:{self.path}" if self.path else self.authority

    @property
    def authority(self) -> str:
        """Host and port, an IPv6 address in brackets; empty for a unix socket."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return "" if self.path else f"{host}:{self.port}"

    @property
    def is_local(self) -> bool:
        """True for a unix socket, `localhost` and loopback addresses."""
        local = self.host in ("localhost", "::1") or self.host.startswith("127.")
        return bool(self.path) or local

    def __str__(self) -> str:
        if self.path:
            return f"unix:{'//' * self.path.startswith('/')}{self.path}"
        return f"{'tls://' * self.tls}{self.authority}"


def _host_and_port(whole: str, text: str, default_port: int) -> tuple[str, int]:
    """Split `host`, `host:port`, `[v6]:port` or a bare IPv6 address; errors name `whole`."""
    if text.count(":") > 1 and "[" not in text:
        text = f"[{text}]"
    found = _HOST_PORT.fullmatch(text)
    port = int(found["port"] or default_port) if found else 0
    if not found or not 0 < port < 65536 or not _is_ipv6(found["six"] or "::"):
        raise ValueError(f"address {whole!r}: expected host:port, tls://host:port or unix:///path")
    return found["six"] or found["host"], port


def _is_ipv6(text: str) -> bool:
    try:
        socket.inet_pton(socket.AF_INET6, text)
    except OSError:
        return False
    return True
