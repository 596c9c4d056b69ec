"""Lines of JSON into events: the envelope of a response, that of an exporter, or a bare flow."""

from collections import Counter
from typing import Any

import orjson

from proto import observer_pb2
from proto.json_fields import InvalidLine, entries_of, object_of

__all__ = ["UNKNOWN_FIELDS", "InvalidLine", "Reader", "parse"]

UNKNOWN_FIELDS = 256
"""How many names of unknown fields are told apart; the rest are counted together as `...`."""

MARK = b"\xef\xbb\xbf"
"""What some editors put before the first line."""


class Reader:
    """Reads lines; counts by name the fields that this version does not know, and drops them."""

    def __init__(self) -> None:
        self.unknown: Counter[str] = Counter()
        self.skipped = 0
        """How many lines `read` left out because they were no events."""
        self._first_skipped = ""

    def read(self, line: bytes | None, number: int) -> observer_pb2.ExportEvent | None:
        """Read line `number` of a file, from 1, where None is one that was too long. Give None for
        a blank line, and for one that is no event, which is counted.
        """
        try:
            if line is None:
                raise InvalidLine("it is too long")
            line = line.removeprefix(MARK) if number == 1 else line
            return self.parse(line) if line and not line.isspace() else None
        except InvalidLine as error:
            self.skipped += 1
            self._first_skipped = self._first_skipped or f"line {number}: {error}"
            return None

    def summary(self) -> list[str]:
        """Say which lines and fields were left out, a line each."""
        said = []
        if self.skipped:
            lines = "1 line" if self.skipped == 1 else f"{self.skipped:,} lines"
            said.append(f"{lines} skipped, first {self._first_skipped}")
        if self.unknown:
            names = ", ".join(name for name, _ in self.unknown.most_common(3))
            said.append(f"{self.unknown.total():,} unknown fields left out ({names})")
        return said

    def parse(self, line: bytes) -> observer_pb2.ExportEvent:
        """Read an envelope or a bare flow; raise InvalidLine. Node and time stay as received."""
        unknown: list[str] = []
        try:
            made = object_of(EVENT)(_enveloped(_load(line)), unknown)
            event = observer_pb2.ExportEvent(**made)
        except (TypeError, ValueError) as error:
            raise error if isinstance(error, InvalidLine) else InvalidLine(str(error)) from None
        if event.WhichOneof("response_types") is None:
            raise InvalidLine("no event in it")
        for name in unknown:
            self._count(name)
        return event

    def _count(self, name: str) -> None:
        known = name in self.unknown or len(self.unknown) < UNKNOWN_FIELDS
        self.unknown[name if known else "..."] += 1


def parse(line: bytes) -> observer_pb2.ExportEvent:
    """Read one line as `Reader.parse` does, without counting."""
    return Reader().parse(line)


def _load(line: bytes) -> dict[str, Any]:
    try:
        loaded = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InvalidLine(f"not JSON: {error}") from None
    if type(loaded) is not dict:
        raise InvalidLine("not a JSON object")
    return loaded


def _enveloped(loaded: dict[str, Any]) -> dict[str, Any]:
    """Put a bare flow into an envelope."""
    if not KINDS.isdisjoint(loaded):
        return loaded
    if entries_of(EVENT.fields_by_name["flow"].message_type).keys().isdisjoint(loaded):
        raise InvalidLine("no event in it")
    return {"flow": loaded}


EVENT = observer_pb2.ExportEvent.DESCRIPTOR
KINDS = {
    key
    for field in EVENT.oneofs_by_name["response_types"].fields
    for key in (field.name, field.camelcase_name)
}
"""Keys that make an object an envelope."""
