"""What filter flags a cell of the flow list stands for, as words of a command line."""

import re
import shlex
from collections.abc import Callable, Sequence

from proto import flow_pb2
from proto.describe_ends import ends_apart
from proto.enums import enum_name
from proto.escape import escape
from proto.event_types import DROP, POLICY_VERDICT, TRACE, TRACE_POINT_NAMES
from proto.filters import predicate
from proto.flow_pb2 import Endpoint, Flow, Service
from tui.filtertext import FilterText, InvalidText
from tui.list.cells import turned

Words = tuple[str, ...]
"""A flag and its value; none where a cell cannot be filtered by."""


def _of_verdict(flow: Flow) -> Words:
    """By the verdict."""
    return "--verdict", enum_name(flow_pb2.Verdict, flow.verdict)


def _of_arrow(flow: Flow) -> Words:
    """By whether it is a reply."""
    if not flow.HasField("is_reply"):
        return ()
    return ("--reply",) if flow.is_reply.value else ("--reply=false",)


def _of_end(flow: Flow, source: bool) -> Words:
    """By the name that is shown for an end: of a pod, a service, a domain, or else its address."""
    if source:
        return _end("from", flow.source, flow.source_service, flow.source_names, flow.IP.source)
    names, address = flow.destination_names, flow.IP.destination
    return _end("to", flow.destination, flow.destination_service, names, address)


def _end(side: str, end: Endpoint, service: Service, names: Sequence[str], address: str) -> Words:
    namespace = service.namespace or end.namespace
    if end.pod_name:
        return f"--{side}-pod", f"{namespace}/{end.pod_name}"
    if service.name:
        return f"--{side}-service", f"{namespace}/{service.name}"
    if names:
        return f"--{side}-fqdn", names[0]
    return (f"--{side}-ip", address) if address else ()


def _of_kind(flow: Flow) -> Words:
    """By what was seen: the protocol of layer 7, the reason of a drop, or the type of event."""
    if flow.HasField("l7"):
        record = flow.l7.WhichOneof("record")
        return ("--protocol", record) if record else ("--type", "l7")
    event = flow.event_type
    if event.type == DROP:
        return "--drop-reason-desc", enum_name(flow_pb2.DropReason, flow.drop_reason_desc)
    if event.type == TRACE and event.sub_type in TRACE_POINT_NAMES:
        return "--type", f"trace:{TRACE_POINT_NAMES[event.sub_type]}"
    return ("--type", "policy-verdict") if event.type == POLICY_VERDICT else ()


def _of_summary(flow: Flow) -> Words:
    """By what was asked for: a path, a name, or else the port of the server."""
    l7 = flow.l7
    if l7.HasField("dns"):
        return "--dns-query", f"^{re.escape(l7.dns.query)}$"
    if l7.HasField("http"):
        if l7.http.code:
            return "--http-status", str(l7.http.code)
        return "--http-url", f"^{re.escape(l7.http.url)}$"
    ends = ends_apart(flow)
    port = ends.source_port if flow.is_reply.value else ends.destination_port
    return ("--port", port) if port else ()


def _of_node(flow: Flow) -> Words:
    """By the node."""
    return ("--node-name", flow.node_name) if flow.node_name else ()


WORDS: dict[str, Callable[[Flow], Words]] = {
    "verdict": _of_verdict,
    "source": lambda flow: _of_end(flow, source=not turned(flow)),
    "arrow": _of_arrow,
    "destination": lambda flow: _of_end(flow, source=turned(flow)),
    "kind": _of_kind,
    "summary": _of_summary,
    "node": _of_node,
}
"""What the cell of a column stands for, by the column's name; not every column has any."""


def words_of(column: str, flow: Flow) -> Words:
    """Give the flag that a cell stands for; none where it would not find this flow again, as with
    a name that no filter can hold.
    """
    words = WORDS[column](flow) if column in WORDS else ()
    return words if words and _finds(words, flow) else ()


def _finds(words: Words, flow: Flow) -> bool:
    try:
        filters = FilterText.read(shlex.join(words))
    except InvalidText:
        return False
    let_through = predicate(filters.allow, filters.deny)
    return escape(filters.text) == filters.text and let_through is not None and let_through(flow)
