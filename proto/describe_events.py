"""What is not a flow, in words: losses, changes of nodes, agent events and debug events.

What strangers wrote comes out escaped. A `Clock` writes times as the caller wants them.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from proto import flow_pb2, relay_pb2
from proto.describe import escape, host_and_port
from proto.enums import enum_name
from proto.flow_pb2 import AgentEvent, Endpoint, LostEvent
from proto.relay_pb2 import NodeStatusEvent

Clock = Callable[[Timestamp], str]

NODES_SHOWN = 50
"""How many characters of node names are shown; one name is always shown whole."""


def lost_source(lost: LostEvent) -> str:
    """Name the place where events were lost."""
    return enum_name(flow_pb2.LostEventSource, lost.source)


def lost_count(lost: LostEvent, clock: Clock, between: str = " - ") -> str:
    """Say on which CPU how many events were lost, and when if that is known."""
    said = f"CPU({lost.cpu.value}){between}{lost.num_events_lost}"
    if not (lost.HasField("first") and lost.HasField("last")):
        return said
    return f"{said} (first: {clock(lost.first)}, last: {clock(lost.last)})"


def node_state(event: NodeStatusEvent) -> str:
    """Name the new state of nodes."""
    return enum_name(relay_pb2.NodeState, event.state_change)


def node_names(names: Sequence[str]) -> str:
    """List names of nodes up to a length, and say how many more there are."""
    shown, length = 0, 0
    for name in names:
        length += len(name) + 2
        if length > NODES_SHOWN and shown:
            break
        shown += 1
    listed = escape(", ".join(names[:shown]))
    more = len(names) - shown
    return f"{listed} (and {more} more)" if more else listed


def node_change(event: NodeStatusEvent) -> str:
    """Say in a sentence what happened to which nodes."""
    count, names = len(event.node_names), node_names(event.node_names)
    said = NODE_CHANGES.get(event.state_change, UNKNOWN_CHANGE)
    return said.format(
        count=count, names=names, message=quoted(event.message), state=node_state(event)
    )


def quoted(text: str) -> str:
    """Put a text between quotes, as it would be written in a program."""
    return '"' + escape(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def agent_event(event: AgentEvent, clock: Clock) -> str:
    """Give the details of an agent event; `UNKNOWN` where they do not fit its type."""
    field, details = AGENT_EVENTS.get(event.type, ("", None))
    if details is None or event.WhichOneof("notification") != field:
        return "UNKNOWN"
    return details(getattr(event, field), clock)


def _unknown(event: flow_pb2.AgentEventUnknown, _: Clock) -> str:
    return f"type: {escape(event.type)}, notification: {escape(event.notification)}"


def _start(event: flow_pb2.TimeNotification, clock: Clock) -> str:
    return f"start time: {clock(event.time) if event.HasField('time') else 'N/A'}"


def _policy(event: flow_pb2.PolicyUpdateNotification, _: Clock) -> str:
    labels = _listed(event.labels)
    return f"labels: {labels}, revision: {event.revision}, count: {event.rule_count}"


def _regeneration(event: flow_pb2.EndpointRegenNotification, _: Clock) -> str:
    said = f"id: {event.id}, labels: {_listed(event.labels)}"
    return said + _optional(error=event.error)


def _endpoint(event: flow_pb2.EndpointUpdateNotification, _: Clock) -> str:
    return f"id: {event.id}" + _optional(namespace=event.namespace, pod_name=event.pod_name)


def _address(event: flow_pb2.IPCacheNotification, _: Clock) -> str:
    said = f"cidr: {escape(event.cidr)}, identity: {event.identity}"
    if event.HasField("old_identity"):
        said += f", old identity: {event.old_identity.value}"
    said += _optional(host_ip=event.host_ip, old_host_ip=event.old_host_ip)
    return f"{said}, encrypt key: {event.encrypt_key}"


def _service(event: flow_pb2.ServiceUpsertNotification, _: Clock) -> str:
    said = f"id: {event.id}"
    if event.HasField("frontend_address"):
        said += f", frontend: {_host_and_port(event.frontend_address)}"
    if event.backend_addresses:
        said += f", backends: [{','.join(map(_host_and_port, event.backend_addresses))}]"
    return said + _optional(
        type=event.type,
        traffic_policy=event.traffic_policy,
        namespace=event.namespace,
        name=event.name,
    )


def _service_gone(event: flow_pb2.ServiceDeleteNotification, _: Clock) -> str:
    return f"id: {event.id}"


def _host_and_port(address: flow_pb2.ServiceUpsertNotificationAddr) -> str:
    return host_and_port(escape(address.ip), str(address.port))


def _listed(labels: Iterable[str]) -> str:
    return f"[{escape(','.join(labels))}]"


def _optional(**said: str) -> str:
    """Add what is not empty, by name."""
    return "".join(f", {k.replace('_', ' ')}: {escape(v)}" for k, v in said.items() if v)


def debug_end(event: flow_pb2.DebugEvent) -> str:
    """Name the endpoint that a debug event is about."""
    return _short(event.source) if event.HasField("source") else "N/A"


def _short(end: Endpoint) -> str:
    number = f"ID: {end.ID}"
    if end.namespace and end.pod_name:
        return f"{escape(end.namespace)}/{escape(end.pod_name)} ({number})"
    if len(end.labels) == 1 and end.labels[0].startswith("reserved:"):
        return f"{escape(end.labels[0])} ({number})"
    return number


def debug_mark(event: flow_pb2.DebugEvent) -> str:
    """Give the mark of the packet in hexadecimal."""
    return f"{event.hash.value:#x}" if event.HasField("hash") else "N/A"


def debug_cpu(event: flow_pb2.DebugEvent) -> str:
    """Give the CPU, with at least two digits."""
    return f"{event.cpu.value:02d}" if event.HasField("cpu") else "N/A"


UNKNOWN_CHANGE = "unknown node status event: {state} {names} {message}"
NODE_CHANGES: dict[int, str] = {
    relay_pb2.NODE_CONNECTED: "Receiving flows from {count} nodes: {names}",
    relay_pb2.NODE_UNAVAILABLE: "{count} nodes are unavailable: {names}",
    relay_pb2.NODE_GONE: "{count} nodes removed from cluster: {names}",
    relay_pb2.NODE_ERROR: "Error {message} on {count} nodes: {names}",
}
"""A sentence for each change of nodes."""

AGENT_EVENTS: dict[int, tuple[str, Callable[[Any, Clock], str]]] = {
    flow_pb2.AGENT_EVENT_UNKNOWN: ("unknown", _unknown),
    flow_pb2.AGENT_STARTED: ("agent_start", _start),
    flow_pb2.POLICY_UPDATED: ("policy_update", _policy),
    flow_pb2.POLICY_DELETED: ("policy_update", _policy),
    flow_pb2.ENDPOINT_REGENERATE_SUCCESS: ("endpoint_regenerate", _regeneration),
    flow_pb2.ENDPOINT_REGENERATE_FAILURE: ("endpoint_regenerate", _regeneration),
    flow_pb2.ENDPOINT_CREATED: ("endpoint_update", _endpoint),
    flow_pb2.ENDPOINT_DELETED: ("endpoint_update", _endpoint),
    flow_pb2.IPCACHE_UPSERTED: ("ipcache_update", _address),
    flow_pb2.IPCACHE_DELETED: ("ipcache_update", _address),
    flow_pb2.SERVICE_UPSERTED: ("service_upsert", _service),
    flow_pb2.SERVICE_DELETED: ("service_delete", _service_gone),
}
"""The field that holds the details of each type of agent event, and the words for it."""
