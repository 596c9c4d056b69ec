"""What the columns of the flow list show of a flow: texts that are safe, and their styles."""

from collections.abc import Callable
from typing import NamedTuple

from proto import flow_pb2
from proto.describe import ends_apart, escape, host_and_port, kind, summary, verdict
from proto.describe_events import Clock
from proto.flow_pb2 import Flow
from tui.list.columns import fitted


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


def _reason(flow: Flow, width: int, clock: Clock) -> Cell:
    if flow.verdict not in BAD:
        return _summary(flow, width, clock)
    words = " · ".join(filter(None, (kind(flow), summary(flow))))
    return Cell(words, MARKS[flow.verdict].style)


def _node(flow: Flow, width: int, clock: Clock) -> Cell:
    return Cell(escape(flow.node_name), "node")


SHOW: dict[str, Show] = {
    "time": _time,
    "verdict": _verdict,
    "source": _left,
    "arrow": _arrow,
    "destination": _right,
    "kind": _kind,
    "summary": _summary,
    "node": _node,
}
"""What each column shows in so many cells, by its name."""

SHOW_NARROW = SHOW | {"summary": _reason}
"""The same where there is no column for the kind."""
