"""How a client's connection came to an Envoy."""

from agent.sources.envoy.connections import Connections
from agent.sources.envoy.hop import Hop


def arrive(hop: Hop) -> None:
    """Tell that a connection came from the client, or from the client's node."""
    if hop.outbound:
        hop.trace("from-endpoint", hop.asked)
    elif hop.remote:
        hop.trace("from-overlay", hop.backend or hop.asked)


def redirect(hop: Hop, connections: Connections) -> None:
    """Tell that a request went to the proxy, and, with the first of its connection, how that came.

    The proxy's port is known, unless one before it says that the client asked for another address.
    """
    if (hop.outbound or hop.remote) and connections.is_new(hop.connection):
        arrive(hop)
    flow = hop.trace("to-proxy", hop.asked)
    if hop.asked and not hop.relayed:
        flow.proxy_port = hop.asked.port
