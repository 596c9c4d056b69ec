"""Requests that an Envoy read: the way to the proxy, the request, the way to the backend that was
chosen, the response.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from agent.sources.envoy.arrival import redirect
from agent.sources.envoy.connections import Connections
from agent.sources.envoy.failures import denied_by, failed, failure
from agent.sources.envoy.hop import Hop, nanoseconds
from agent.sources.envoy.text import text
from proto import flow_pb2
from proto.accesslog_pb2 import HTTPAccessLogEntry, HTTPRequestProperties, Pair

MOST_HEADERS = 64
"""Headers that are kept of a request, and of a response."""

METHODS = (*("", "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"),)
"""Names of envoy.config.core.v3.RequestMethod, by number."""

VERSIONS = ("", "HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/3")
"""How versions are written, by number."""

TRACEPARENT = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?", re.DOTALL)
"""W3C Trace Context, 3.2: version, trace, span, flags."""

OWN_DETAILS = (b"", b"via_upstream")
"""Details of a response that say nothing beyond its status."""


class Asked(NamedTuple):
    """A request as flows tell it. `sent` is the path that it was rewritten to, else empty."""

    http: flow_pb2.HTTP
    sent: str
    trace_id: str

    @property
    def line(self) -> str:
        """Method and URL."""
        return f"{self.http.method} {self.http.url}".strip()

    @property
    def rewritten(self) -> str:
        """Say to what it was rewritten."""
        return f"; rewritten to {self.sent}" if self.sent else ""


def tell(entry: HTTPAccessLogEntry, hop: Hop, connections: Connections) -> None:
    """Tell of a request and its response."""
    asked, policy = read(entry), denied_by(entry.response.response_code_details)
    redirect(hop, connections)
    line = f"{asked.http.protocol} {asked.line}".strip() + asked.rewritten
    l7 = flow_pb2.Layer7(type=flow_pb2.REQUEST, http=asked.http)
    request = hop.record(hop.backend or hop.asked, 0, l7, line, asked.trace_id)
    if policy is not None:
        hop.deny(request, policy)
        request.Summary += f"; denied by policy {policy}".rstrip()
    elif hop.backend:
        sent = nanoseconds(entry.common_properties.time_to_first_upstream_tx_byte)
        near = not hop.outbound and hop.delivers
        hop.trace("to-endpoint" if near else "from-proxy", hop.backend, sent)
    if entry.response.HasField("response_code"):
        _answer(entry, asked, hop)


def _answer(entry: HTTPAccessLogEntry, asked: Asked, hop: Hop) -> None:
    """Tell of the response."""
    told, common = entry.response, entry.common_properties
    last = common.HasField("time_to_last_downstream_tx_byte")
    latency = nanoseconds(common.time_to_last_downstream_tx_byte if last else common.duration)
    code = told.response_code.value
    http = flow_pb2.HTTP(
        code=code,
        method=asked.http.method,
        url=asked.http.url,
        protocol=asked.http.protocol,
        headers=_headers([*told.response_headers, *told.response_trailers]),
    )
    l7 = flow_pb2.Layer7(type=flow_pb2.RESPONSE, latency_ns=latency, http=http)
    line = f"{http.protocol} {code} {latency // 1_000_000}ms ({asked.line})".strip()
    said = line + asked.rewritten + _why(entry)
    flow = hop.record(hop.backend or hop.asked, latency, l7, said, asked.trace_id)
    if failed(common):
        flow.verdict = flow_pb2.ERROR


def _why(entry: HTTPAccessLogEntry) -> str:
    """Say why a status is not the backend's own."""
    details = entry.response.response_code_details
    said = failure(entry.common_properties)
    if not said and details not in OWN_DETAILS:
        said = text(details)
    return f"; {said}" if said else ""


def read(entry: HTTPAccessLogEntry) -> Asked:
    """Read what was asked. The URL is the client's, before any rewriting."""
    request = entry.request
    path, original = request.path, request.original_path
    sent = path if original and original != path else b""
    protocol = _named(VERSIONS, entry.protocol_version)
    http = flow_pb2.HTTP(
        method=_named(METHODS, request.request_method),
        url=_url(request, original or path),
        protocol=protocol,
        headers=_headers(_asked_headers(request)),
    )
    return Asked(http, text(sent), _trace_id(request.request_headers))


def _url(request: HTTPRequestProperties, path: bytes) -> str:
    scheme = request.scheme + b"://" if request.scheme else b""
    return text(scheme + request.authority + path)


def _asked_headers(request: HTTPRequestProperties) -> Iterator[Pair]:
    """Give what the log has fields for, then the headers that Envoy was told to log."""
    for key, value in (("User-Agent", request.user_agent), ("X-Request-Id", request.request_id)):
        if value:
            yield Pair(key=key.encode(), value=value)
    if request.original_path and request.original_path != request.path:
        yield Pair(key=b"X-Envoy-Original-Path", value=request.original_path)
    for pair in request.request_headers:
        if pair.key.lower() not in (b"user-agent", b"x-request-id", b"x-envoy-original-path"):
            yield pair


def _headers(pairs: Iterable[Pair]) -> list[flow_pb2.HTTPHeader]:
    given = zip(range(MOST_HEADERS), pairs, strict=False)
    return [flow_pb2.HTTPHeader(key=text(p.key), value=text(p.value)) for _, p in given]


def _trace_id(headers: Iterable[Pair]) -> str:
    """Find the trace that a request is part of; empty for none."""
    for pair in headers:
        found = TRACEPARENT.fullmatch(pair.value) if pair.key.lower() == b"traceparent" else None
        if found and found[1].strip(b"0"):
            return found[1].decode()
    return ""


def _named(names: tuple[str, ...], number: int) -> str:
    return names[number] if 0 <= number < len(names) else ""
