"""The dashboard in a browser: textual-serve runs one for each visitor."""

import os
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

DEFAULT = "localhost:8000"

PUBLIC = re.compile(r"<link\s[^>]*https?://[^>]*>")
"""What would be loaded from another site."""

FONT = """<style>
      @font-face {
        font-family: "Roboto Mono";
        src: url("{{ config.static.url }}fonts/RobotoMono-VariableFont_wght.ttf");
      }
    </style>"""


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


def own_templates(folder: Path) -> Path:
    """Write the page of textual-serve as it is into a folder, but with the font that comes with it:
    its own page asks a public site for that, which would hear of every visitor.
    """
    import textual_serve

    [page] = (Path(textual_serve.__file__).parent / "templates").glob("*.html")
    text = PUBLIC.sub(FONT, page.read_text(encoding="utf-8"))
    (folder / page.name).write_text(text, encoding="utf-8")
    return folder


def serve(address: Address, words: Sequence[str], secrets: Mapping[str, str]) -> None:
    """Serve dashboards with these words of a command line, until it is interrupted; `secrets` go
    into their environment, where no list of processes shows them.
    """
    from tempfile import TemporaryDirectory

    from textual_serve.server import Server

    os.environ.update(secrets)
    command = shlex.join((sys.executable, "-m", "palomar", "tui", *words))
    with TemporaryDirectory(prefix="palomar-") as folder:
        templates = own_templates(Path(folder))
        host, port = address
        Server(command, host, port, title="Palomar", templates_path=templates).serve()
