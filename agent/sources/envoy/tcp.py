"""Connections that an Envoy passed on without a look into them: no proxy is seen in their flows."""

from agent.sources.envoy.arrival import arrive
from agent.sources.envoy.failures import denied_by, failed, failure
from agent.sources.envoy.hop import Hop
from proto import flow_pb2
from proto.accesslog_pb2 import TCPAccessLogEntry


def tell(entry: TCPAccessLogEntry, hop: Hop) -> None:
    """Tell of a connection: from the client or the tunnel, to the backend or the tunnel."""
    common = entry.common_properties
    arrive(hop)
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


def _amount(entry: TCPAccessLogEntry) -> str:
    told = entry.connection_properties
    return f"TCP; {told.received_bytes:,} bytes sent, {told.sent_bytes:,} received"
