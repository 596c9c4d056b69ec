"""Lines of JSON as events: the envelope completed, what is no event counted."""

from collections.abc import Callable, Iterable, Iterator

from agent.sources.envelope import complete
from agent.sources.source import CHUNK_EVENTS, Chunk
from proto.jsonlines import Reader
from proto.lines import Lines


class Records:
    """Makes events of lines. `node` is given to events that come without one; empty: the flow's own
    is taken.
    """

    def __init__(self, node: str = "") -> None:
        self.node = node
        self.events = 0
        self.reader = Reader()
        """Knows what was left out."""

    def chunks(
        self,
        blocks: Iterable[bytes],
        lines: Lines,
        position: Callable[[int, int], bytes],
        most_bytes: int,
    ) -> Iterator[Chunk]:
        """Make chunks of the lines in `blocks`, at least one a block that holds any event.

        `position` makes one out of an offset and the number of lines before it.
        """
        for block in blocks:
            yield from self.cut(lines.feed(block), lines, position, most_bytes)

    def cut(
        self,
        given: Iterable[bytes | None],
        lines: Lines,
        position: Callable[[int, int], bytes],
        most_bytes: int,
    ) -> Iterator[Chunk]:
        """Make chunks of lines that come from `lines`."""
        events: list[bytes] = []
        size, end = 0, (0, 0)
        for line in given:
            event = self._event(line, lines.number - 1)
            if event is None:
                continue
            if events and (len(events) == CHUNK_EVENTS or size + len(event) > most_bytes):
                yield Chunk(events, position(*end))
                events, size = [], 0
            events.append(event)
            size += len(event)
            end = lines.offset, lines.number - 1
        if events:
            yield Chunk(events, position(*end))

    def _event(self, line: bytes | None, number: int) -> bytes | None:
        """Make a serialized event of a line; None where there is none in it."""
        event = self.reader.read(line, number)
        if event is None:
            return None
        complete(event, self.node)
        self.events += 1
        return event.SerializeToString()
