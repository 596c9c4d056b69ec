"""What to say when a server had nothing that matched: what it looked at, and what is missing."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from observe.printers.clock import clock
from proto.describe_events import node_names

if TYPE_CHECKING:
    from proto.client import Client


def of_server(client: "Client", missing: Iterable[str]) -> str:
    """Say what a server looked at, or how much it holds where it does not tell more."""
    coverage = client.server.coverage
    if coverage is None:
        status = client.status()
        said = f"nothing matched; the server holds {status.num_flows:,} flows"
        return said + _missing({*missing, *status.unavailable_nodes})
    if not coverage.stored:
        return "nothing matched; the relay holds no flows yet" + _missing(missing)
    write = clock("RFC3339Milli")
    return (
        f"nothing matched; {coverage.looked_at:,} of {coverage.stored:,} flows were looked at, "
        f"the relay holds those from {write(coverage.oldest)} to {write(coverage.newest)}"
        + _missing(missing)
    )


def _missing(names: Iterable[str]) -> str:
    listed = sorted(names)
    return f"; missing nodes: {node_names(listed)}" if listed else ""
