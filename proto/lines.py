"""Lines out of blocks of bytes: bounded in length, each with where it ends."""

from collections.abc import Iterator


class Lines:
    """Cuts the bytes of one file into lines, from `offset` on, where line `number` (from 1) begins.

    While a line is given, `offset` and `number` are those of the line after it. A line of more than
    `longest` bytes is given as None, and never held in memory.
    """

    def __init__(self, longest: int, offset: int = 0, number: int = 1) -> None:
        self.longest = longest
        self.offset = offset
        self.number = number
        self._parts: list[bytes] = []
        self._held = 0

    def feed(self, block: bytes) -> Iterator[bytes | None]:
        """Give the lines that end in `block`; the rest of it is kept."""
        first, *others = block.split(b"\n")
        self._keep(first)
        if not others:
            return
        yield self._take(1)
        last = others.pop()
        for line in others:
            self.offset += len(line) + 1
            self.number += 1
            yield line if len(line) <= self.longest else None
        self._keep(last)

    def finish(self) -> Iterator[bytes | None]:
        """Give what is left at the end of a file that does not end its last line."""
        if self._held:
            yield self._take(0)

    def _keep(self, part: bytes) -> None:
        self._held += len(part)
        if self._held > self.longest:
            self._parts.clear()
        elif part:
            self._parts.append(part)

    def _take(self, newline: int) -> bytes | None:
        line = b"".join(self._parts) if self._held <= self.longest else None
        self.offset += self._held + newline
        self.number += 1
        self._parts, self._held = [], 0
        return line
