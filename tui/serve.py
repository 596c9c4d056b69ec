"""The dashboard in a browser: textual-serve runs one for each visitor."""

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

DEFAULT = "localhost:8000"


class Address(NamedTuple):
    """Where to serve."""

    host: str
    port: int

    @classmethod
    def read(cls, text: str) -> "Address":
        """Read `HOST:PORT`, of which either may be missing; raise ValueError."""
        host, _, port = text.rpartition(":") if ":" in text or text.isdecimal() else (text, "", "")
        default_host, _, default_port = DEFAULT.rpartition(":")
        number = port or default_port
        if not (number.isascii() and number.isdecimal() and int(number) < 2**16):
            raise ValueError(f"{text!r} is not HOST:PORT, such as {DEFAULT}")
        return cls(host.strip("[]") or default_host, int(number))


def serve(address: Address, words: Sequence[str], secrets: Mapping[str, str]) -> None:
    """Serve dashboards with these words of a command line, until it is interrupted; `secrets` go
    into their environment, where no list of processes shows them.
    """
    from textual_serve.server import Server

    os.environ.update(secrets)
    command = shlex.join((sys.executable, "-m", "palomar", "tui", *words))
    Server(command, address.host, address.port, title="Palomar").serve()
