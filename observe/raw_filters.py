"""FlowFilters as JSON: what `--allowlist` and `--denylist` take and `--print-raw-filters` shows."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from proto.escape import escape

if TYPE_CHECKING:
    from proto.flow_pb2 import FlowFilter


def read_filters(texts: Iterable[str]) -> list["FlowFilter"]:
    """Read filters, of which a text may hold several; ValueError for what is none."""
    return [_filter(value, text) for text in texts for value in _values(text)]


def raw_filters_text(allow: Sequence["FlowFilter"], deny: Sequence["FlowFilter"]) -> str:
    """Write both lists as YAML whose items are JSON; `{}` if both are empty."""
    lists = {"allowlist": allow, "denylist": deny}
    text = "".join(
        f"{name}:\n" + "".join(f"    - {_quoted(each)}\n" for each in filters)
        for name, filters in lists.items()
        if filters
    )
    return text or "{}\n"


def _quoted(flow_filter: "FlowFilter") -> str:
    from proto.jsonlines import to_json

    return "'" + to_json(flow_filter).decode().replace("'", "''") + "'"


def _values(text: str) -> Iterator[Any]:
    import json

    decode = json.JSONDecoder().raw_decode
    rest = text.strip()
    while rest:
        try:
            value, end = decode(rest)
        except ValueError as error:
            raise ValueError(f"{text!r} is not JSON: {error}") from None
        yield value
        rest = rest[end:].lstrip()


def _filter(value: Any, text: str) -> "FlowFilter":
    from google.protobuf.json_format import ParseDict, ParseError

    from proto.flow_pb2 import FlowFilter

    if not isinstance(value, dict):
        raise ValueError(f"{text!r} is not a JSON object")
    try:
        return ParseDict(value, FlowFilter())
    except ParseError as error:
        reason = escape(str(error).partition("\n")[0])
        raise ValueError(f"{text!r} is not a FlowFilter: {reason}") from None
