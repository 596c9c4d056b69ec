"""How far a server of Hubble was read, as a position that the relay keeps."""

import base64
import json
from dataclasses import dataclass, field

from agent.sources.seen import Seen


@dataclass
class Reached:
    """How far a server was read.

    `cursor` is the last one of a relay of ours, and `skip` how many answers after it are done;
    another server gives none, and is read on by what was `seen`.
    """

    cursor: bytes = b""
    skip: int = 0
    seen: Seen = field(default_factory=Seen)

    @classmethod
    def read(cls, position: bytes) -> "Reached":
        """Read a position as the relay keeps it; from the start where it is empty or strange."""
        try:
            made = json.loads(position or b"{}")
            cursor = base64.b64decode(made.get("cursor", ""))
            return cls(cursor, made.get("skip", 0), Seen(made.get("seen", ())))
        except (AttributeError, TypeError, ValueError):
            return cls()

    def position(self) -> bytes:
        """Write it as `read` takes it."""
        cursor = base64.b64encode(self.cursor).decode()
        made = {"cursor": cursor, "skip": self.skip, "seen": self.seen.written()}
        return json.dumps(made, separators=(",", ":")).encode()
