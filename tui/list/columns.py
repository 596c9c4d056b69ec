"""The columns of the flow list: what each shows of a flow, how wide it is, and what filter its cell
stands for.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from proto import flow_pb2
from proto.describe import ends_apart, escape, host_and_port, kind, summary, verdict
from proto.describe_events import Clock
from proto.flow_pb2 import Flow
from tui.list.cellfilters import Words, of_arrow, of_end, of_kind, of_node, of_summary, of_verdict


class Cell(NamedTuple):
    """A text that is safe to show, and the name of its style."""

    text: str
    style: str


class Mark(NamedTuple):
    """How a verdict is told at a glance: a sign, its name where there is little room, its style."""

    sign: str
    short: str
    style: str


MARKS: dict[int, Mark] = {
    flow_pb2.FORWARDED: Mark("✓", "FWD", "forwarded"),
    flow_pb2.DROPPED: Mark("✗", "DROP", "dropped"),
    flow_pb2.ERROR: Mark("!", "ERR", "error"),
    flow_pb2.AUDIT: Mark("*", "AUD", "audit"),
    flow_pb2.REDIRECTED: Mark("»", "REDI", "redirected"),
    flow_pb2.TRACED: Mark("·", "TRAC", "other"),
    flow_pb2.TRANSLATED: Mark("~", "XLAT", "other"),
}
UNKNOWN = Mark("?", "UNKN", "other")

BAD = (flow_pb2.DROPPED, flow_pb2.ERROR)
"""Verdicts whose reason stands out."""

ARROWS = {None: "↔", False: "→", True: "←"}
REQUEST, RESPONSE = "◆", "◇"
"""What stands before the kind of a flow of layer 7."""

Show = Callable[[Flow, int, Clock], Cell]


class Column(NamedTuple):
    """A column: its name and head, from `least` to `most` cells wide.

    Where there is no room for all, those with the highest `rank` are left out first; what room is
    left goes to the columns by `weight`.
    """

    name: str
    head: str
    least: int
    most: int
    weight: int
    rank: int
    show: Show
    words: Callable[[Flow], Words]


def turned(flow: Flow) -> bool:
    """Whether a flow is shown turned round, so that the client stands on the left."""
    return flow.HasField("is_reply") and flow.is_reply.value


def _time(flow: Flow, width: int, clock: Clock) -> Cell:
    if not flow.HasField("time"):
        return Cell("", "time")
    # `Oct 13 16:30:59.023`: the milliseconds are shown where there is room.
    return Cell(clock(flow.time)[7:19][:width], "time")


def _verdict(flow: Flow, width: int, clock: Clock) -> Cell:
    mark = MARKS.get(flow.verdict, UNKNOWN)
    said = verdict(flow)
    return Cell(f"{mark.sign} {said if len(said) + 2 <= width else mark.short}", mark.style)


def _left(flow: Flow, width: int, clock: Clock) -> Cell:
    return _end(flow, width, left=True)


def _right(flow: Flow, width: int, clock: Clock) -> Cell:
    return _end(flow, width, left=False)


def _end(flow: Flow, width: int, left: bool) -> Cell:
    source, source_port, destination, destination_port = ends_apart(flow)
    at_source = left is not turned(flow)
    host, port = (source, source_port) if at_source else (destination, destination_port)
    said = host_and_port(host, port)
    if len(said) > width:  # of a long name the pod and the port are still to be seen
        host = host.rpartition("/")[2]
        said = host_and_port(host, port)
    if len(said) > width and port:
        said = host_and_port(fitted(host, width - len(said) + len(host)), port)
    return Cell(said, "name")


def _arrow(flow: Flow, width: int, clock: Clock) -> Cell:
    reply = flow.is_reply.value if flow.HasField("is_reply") else None
    return Cell(ARROWS[reply], "reply" if reply else "name")


def _kind(flow: Flow, width: int, clock: Clock) -> Cell:
    said = kind(flow)
    if flow.HasField("l7"):
        return Cell(f"{RESPONSE if flow.l7.type == flow_pb2.RESPONSE else REQUEST} {said}", "l7")
    return Cell(f"  {said}", MARKS[flow.verdict].style if flow.verdict in BAD else "kind")


def _summary(flow: Flow, width: int, clock: Clock) -> Cell:
    return Cell(summary(flow), "summary")


def _node(flow: Flow, width: int, clock: Clock) -> Cell:
    return Cell(escape(flow.node_name), "node")


COLUMNS: tuple[Column, ...] = (
    Column("time", "TIME", 8, 12, 20, 0, _time, lambda flow: ()),
    Column("verdict", "VERDICT", 6, 11, 20, 0, _verdict, of_verdict),
    Column("source", "SOURCE", 18, 44, 3, 0, _left, lambda flow: of_end(flow, not turned(flow))),
    Column("arrow", "", 1, 1, 0, 0, _arrow, of_arrow),
    Column("destination", "DESTINATION", 18, 44, 3, 0, _right, lambda f: of_end(f, turned(f))),
    Column("kind", "TYPE", 15, 22, 1, 2, _kind, of_kind),
    Column("summary", "SUMMARY", 16, 400, 3, 1, _summary, of_summary),
    Column("node", "NODE", 8, 20, 1, 3, _node, of_node),
)
"""All columns, from left to right."""

GAP = 1
"""Empty cells between columns."""


class Placed(NamedTuple):
    """A column where it stands: from cell `left` on, `width` cells wide."""

    column: Column
    left: int
    width: int


def fit(width: int, hidden: Sequence[str] = ()) -> tuple[Placed, ...]:
    """Place the columns that have room in a line of `width` cells."""
    shown = [column for column in COLUMNS if column.name not in hidden]
    while len(shown) > 1 and _needed(shown) > width:
        shown.remove(max(shown, key=lambda column: column.rank))
    widths = _widths(shown, width)
    placed: list[Placed] = []
    left = 0
    for column, cells in zip(shown, widths, strict=True):
        placed.append(Placed(column, left, cells))
        left += cells + GAP
    return tuple(placed)


def _needed(columns: Sequence[Column]) -> int:
    return sum(column.least for column in columns) + GAP * (len(columns) - 1)


def _widths(columns: Sequence[Column], width: int) -> list[int]:
    """Share what is left over, cell by cell, among those that can take more, by their weight."""
    widths = [column.least for column in columns]
    spare = width - _needed(columns)
    while spare > 0:
        wanting = [
            index
            for index, column in enumerate(columns)
            for _ in range(column.weight)
            if widths[index] < column.most
        ]
        if not wanting:
            break
        for index in wanting[:spare]:
            if widths[index] < columns[index].most:
                widths[index] += 1
                spare -= 1
    return widths


def fitted(text: str, width: int) -> str:
    """Cut or fill a text to exactly so many cells; what is cut off leaves an ellipsis."""
    if text.isascii():
        return f"{text[: width - 1]}…" if len(text) > width else text.ljust(width)
    if cell_len(text) > width:
        return set_cell_size(text, width - 1) + "…"
    return set_cell_size(text, width)
