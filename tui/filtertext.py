"""The filter of the dashboard: a text of filter flags as on a command line, and what it means."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from proto.flow_pb2 import FlowFilter


class InvalidText(ValueError):
    """A text that is no filter; the message is one line."""


@dataclass(frozen=True)
class FilterText:
    """A text, and the filters to allow and to deny that it means; the empty one means all flows."""

    text: str = ""
    allow: "Sequence[FlowFilter]" = ()
    deny: "Sequence[FlowFilter]" = ()

    @classmethod
    def read(cls, text: str) -> "FilterText":
        """Read a text such as `--from-pod shop/cart --not --port 53`; raise InvalidText."""
        text = text.strip()
        if not text:
            return cls()
        import click

        from observe.flags import parse_filters
        from proto.filters import InvalidFilter, predicate

        try:
            allow, deny = parse_filters(text)
            predicate(allow, deny)
        except click.UsageError as error:
            raise InvalidText(" ".join(error.format_message().split())) from None
        except InvalidFilter as error:
            raise InvalidText(str(error)) from None
        return cls(text, tuple(allow), tuple(deny))
