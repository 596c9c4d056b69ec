"""What `palomar agent envoy` does: listen, and deliver what comes."""

from collections.abc import Callable
from pathlib import Path

from agent.delivery import Relay, deliver
from agent.sources.envoy.directory import Directory
from agent.sources.envoy.endpoints import EndpointsError
from agent.sources.envoy.entries import Teller
from agent.sources.envoy.server import Server
from agent.sources.envoy.source import EnvoySource
from agent.sources.source import SourceError
from proto.target import Target


def serve(
    listen: Target,
    endpoints: Path | None,
    most_streams: int,
    relay: Relay,
    say: Callable[[str], None],
) -> int:
    """Take access logs at `listen` until a signal comes; give the exit status.

    The relay's node stands for Envoys that do not name theirs.
    """
    try:
        teller = Teller(Directory(endpoints, say), relay.node, relay.cluster)
        server = Server(listen, most_streams)
    except (EndpointsError, SourceError) as error:
        say(str(error))
        return 1
    say(f"listening on {server.address} for the access logs of Envoys")
    try:
        return deliver([EnvoySource(server, teller, say)], relay, say)
    finally:
        server.close()
