"""Palomar: the one command `palomar`, and the public names for scripts.

    import palomar

    with palomar.connect("localhost:4245") as client:
        for flow in client.flows(pod="shop/cart", verdict="DROPPED", since="1h"):
            print(flow.time, flow.drop_reason_desc)

Importing this imports nothing else of Palomar: each command and each name brings its own part.
"""

import gc
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from observe.scripting import AsyncClient as AsyncClient
    from observe.scripting import Client as Client
    from proto.transport import TLS as TLS
    from proto.transport import TransportError as TransportError

# Read when gRPC is imported: what goes wrong is told in one line, gRPC need not log it besides.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

COMMANDS = {
    "relay": ("relay.cli", "main", "Store flows and serve them."),
    "agent": ("agent.cli", "main", "Stream flows from files, from Hubble or a demo to a relay."),
    "observe": ("observe.cli", "main", "Filter, print and follow flows."),
    "tui": ("tui.cli", "main", "Watch flows in a dashboard."),
    "status": ("observe.status", "main", "Show whether a relay answers, and what it holds."),
    "top": (
        "observe.top.cli",
        "main",
        "Count flows by anything: talkers, errors, codes, latencies.",
    ),
    "map": ("observe.map.cli", "main", "Show who talks to whom, and how requests were shared."),
    "list": ("observe.listing", "main", "List nodes or namespaces."),
    "demo": ("observe.demo", "main", "Start a relay with demo agents and watch flows."),
    "completion": ("observe.completion", "main", "Print completion for bash, zsh or fish."),
    "version": ("observe.version", "main", "Print versions."),
}
"""The commands: module, name in it, and what it does."""

NAMES = {
    "AsyncClient": "observe.scripting",
    "Client": "observe.scripting",
    "TLS": "proto.transport",
    "TransportError": "proto.transport",
}
"""Public names beside `connect` and `aconnect`, and where they are from."""


def connect(server: str = "localhost:4245", tls: "TLS | None" = None, **given: Any) -> "Client":
    """Make a client of a relay, or of any server of the Hubble API, with what `Client` takes."""
    from observe.scripting import Client

    return Client(server, tls, **given)


def aconnect(
    server: str = "localhost:4245", tls: "TLS | None" = None, **given: Any
) -> "AsyncClient":
    """Make a client for asyncio, in a running event loop."""
    from observe.scripting import AsyncClient

    return AsyncClient(server, tls, **given)


def __getattr__(name: str) -> Any:
    if name not in NAMES:
        raise AttributeError(f"module 'palomar' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(NAMES[name]), name)


def main() -> None:
    """Run the command line."""
    from observe.entry import COLLECTED_AFTER, run

    gc.set_threshold(COLLECTED_AFTER)
    from observe.lazy import LazyGroup, Row
    from observe.version import version_option

    rows = {name: Row(*row) for name, row in COMMANDS.items()}
    group = LazyGroup(
        "palomar",
        rows,
        params=[version_option()],
        help="The flow observer that keeps its history.",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    run(group, "palomar")


if __name__ == "__main__":
    main()
