"""Connections that an Envoy passed on without a look into them: no proxy is seen in their flows."""

from agent.sources.envoy.connections import Connections
from agent.sources.envoy.failures import denied_by, failed, failure
from agent.sources.envoy.hop import Hop
from proto import flow_pb2
from proto.accesslog_pb2 import TCPAccessLogEntry


def tell(entry: TCPAccessLogEntry, hop: Hop, connections: Connections) -> None:
    """Tell of a connection: from the client or the tunnel, to the backend or the tunnel."""
    common = entry.common_properties
    arrive(hop, connections)
    policy = denied_by(common.connection_termination_details)
    if policy is not None:
        hop.deny(hop.drop(hop.asked, "TCP; denied by policy"), policy)
        return
    point = "to-endpoint" if hop.delivers else "to-overlay"
    why = failure(common)
    if failed(common):
        flow = hop.trace(point, hop.backend or hop.asked, 0, f"TCP; {why}")
        flow.verdict = flow_pb2.ERROR
    elif hop.backend:
        hop.trace(point, hop.backend, 0, _amount(entry) + (f"; {why}" if why else ""))


def arrive(hop: Hop, connections: Connections) -> None:
    """Tell, once for a connection, that it came from the client, or from the client's node."""
    if not (hop.outbound or hop.remote) or not connections.is_new(hop.connection):
        return
    if hop.outbound:
        hop.trace("from-endpoint", hop.asked)
    else:
        hop.trace("from-overlay", hop.backend or hop.asked)


def redirect(hop: Hop) -> None:
    """Tell that the connection went to the proxy. Its port is known, unless a proxy before it says
    that the client asked for another address.
    """
    flow = hop.trace("to-proxy", hop.asked)
    if hop.asked and not hop.relayed:
        flow.proxy_port = hop.asked.port


def _amount(entry: TCPAccessLogEntry) -> str:
    told = entry.connection_properties
    return f"TCP; {told.received_bytes:,} bytes sent, {told.sent_bytes:,} received"
