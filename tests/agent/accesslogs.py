"""Access logs for tests: entries as Envoy sends them, and the flows that are told of them."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from google.protobuf.wrappers_pb2 import UInt32Value

from agent.sources.envoy.directory import Directory
from agent.sources.envoy.entries import Message, Teller
from proto import describe
from proto.accesslog_pb2 import (
    AccessLogCommon,
    ConnectionProperties,
    HTTPAccessLogEntry,
    HTTPRequestProperties,
    HTTPResponseProperties,
    StreamAccessLogsMessage,
    TCPAccessLogEntry,
)
from proto.flow_pb2 import Flow
from proto.observer_pb2 import ExportEvent

NOW = 1_795_436_000_000_000_000
"""What the clock says while an entry is told, in nanoseconds."""

DATA = Path(__file__).parents[1] / "data" / "envoy"

ENDPOINTS = """
[[endpoint]]
address = "10.0.1.2"
namespace = "shop"
pod = "web-1"
labels = ["k8s:app=web"]
workload = "Deployment/web"
identity = 1001
node = "node-1"

[[endpoint]]
address = "10.0.1.3"
namespace = "shop"
pod = "cart-1"
node = "node-1"

[[endpoint]]
address = "10.0.2.3"
namespace = "shop"
pod = "cart-2"
node = "node-2"

[[endpoint]]
address = "10.96.0.1"
port = 80
namespace = "shop"
service = "cart"
"""

CLIENT, NEAR, FAR = ("10.0.1.2", 40000), ("10.0.1.3", 8080), ("10.0.2.3", 8080)
SERVICE, OTHER_PROXY = ("10.96.0.1", 80), ("10.0.9.9", 5000)


def address(end: tuple[str | bytes, int]) -> dict[str, Any]:
    """Write an address as the fields of the message."""
    ip = end[0].encode() if isinstance(end[0], str) else end[0]
    return {"socket_address": {"address": ip, "port_value": end[1]}}


def common(
    client: tuple[str | bytes, int] = CLIENT,
    asked: tuple[str, int] = SERVICE,
    backend: tuple[str, int] | None = NEAR,
    direct: tuple[str | bytes, int] | None = None,
    **fields: Any,
) -> AccessLogCommon:
    """Write what all entries have; `direct` is the peer, where that is not the client."""
    made: dict[str, Any] = {
        "downstream_remote_address": address(client),
        "downstream_local_address": address(asked),
        "downstream_direct_remote_address": address(direct or client),
        "start_time": {"seconds": 1_795_436_428, "nanos": 500},
        "time_to_first_upstream_tx_byte": {"nanos": 200_000},
        "time_to_last_downstream_tx_byte": {"nanos": 7_000_000},
        "duration": {"nanos": 7_100_000},
        "access_log_type": 6,
    }
    if backend:
        made["upstream_remote_address"] = address(backend)
    return AccessLogCommon(**(made | fields))


def http(
    path: bytes = b"/",
    code: int = 200,
    details: bytes = b"via_upstream",
    request: dict[str, Any] | None = None,
    **fields: Any,
) -> HTTPAccessLogEntry:
    """Make an entry of a GET; `fields` are those of `common`."""
    asked: dict[str, Any] = {
        "request_method": 1,
        "scheme": b"http",
        "authority": b"cart",
        "path": path,
    }
    return HTTPAccessLogEntry(
        common_properties=common(**fields),
        protocol_version=HTTPAccessLogEntry.HTTP11,
        request=HTTPRequestProperties(**(asked | (request or {}))),
        response=HTTPResponseProperties(
            response_code=UInt32Value(value=code) if code else None, response_code_details=details
        ),
    )


def tcp(received: int = 10, sent: int = 20, **fields: Any) -> TCPAccessLogEntry:
    """Make an entry of a connection; `fields` are those of `common`."""
    return TCPAccessLogEntry(
        common_properties=common(**({"access_log_type": 3} | fields)),
        connection_properties=ConnectionProperties(received_bytes=received, sent_bytes=sent),
    )


def message(
    *entries: HTTPAccessLogEntry | TCPAccessLogEntry, proxy: bytes = b""
) -> StreamAccessLogsMessage:
    """Put entries into a message, with the name of their Envoy if it is a stream's first."""
    made = StreamAccessLogsMessage()
    if proxy:
        made.identifier.node.id = proxy
    for entry in entries:
        if isinstance(entry, HTTPAccessLogEntry):
            made.http_logs.log_entry.append(entry)
        else:
            made.tcp_logs.log_entry.append(entry)
    return made


def teller(folder: Path, **given: Any) -> Teller:
    """Make one that knows ENDPOINTS."""
    path = folder / "endpoints.toml"
    path.write_text(ENDPOINTS)
    return Teller(Directory(path), clock=lambda: NOW, **given)


def told(
    by: Teller, *entries: HTTPAccessLogEntry | TCPAccessLogEntry, proxy: bytes = b"node-1"
) -> list[Flow]:
    """Have entries told; give the flows."""
    events = by.events(Message(proxy, message(*entries).SerializeToString()))
    return [ExportEvent.FromString(event).flow for event in events]


def line(flow: Flow) -> str:
    """Write a flow as a person sees it, without its time."""
    source, destination = describe.ends(flow)
    kind, verdict = describe.kind(flow), describe.verdict(flow)
    said = describe.summary(flow)
    return f"{source} {describe.arrow(flow)} {destination} {kind} {verdict} ({said})"


def lines(flows: Iterable[Flow]) -> list[str]:
    """Write flows as a person sees them."""
    return [line(flow) for flow in flows]


def captured(name: str) -> Iterator[bytes]:
    """Read a capture: messages, each after its length in four bytes."""
    content = (DATA / name).read_bytes()
    at = 0
    while at < len(content):
        end = at + 4 + int.from_bytes(content[at : at + 4])
        yield content[at + 4 : end]
        at = end
