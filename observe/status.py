"""`palomar status`: whether a server answers, how much it holds, how fast it comes."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from observe.connection import connect, connection_options
from observe.grid import grid
from observe.layout import Option, SectionedCommand

if TYPE_CHECKING:
    from proto.observer_pb2 import ServerStatusResponse

HEALTH = {"SERVING": "Ok", "NOT_SERVING": "Not serving"}
"""What a person reads for a state of health."""

SECOND = 1_000_000_000


def _status(**_: Any) -> None:
    """Ask for health first: what is not serving is not asked further."""
    from proto.failure import TransportError

    ctx = click.get_current_context()
    try:
        with connect(ctx) as client:
            health = client.health()
            if ctx.params["output"] == "compact":
                click.echo(
                    f"Healthcheck (via {client.server.target}): {HEALTH.get(health, health)}"
                )
            if health != "SERVING":
                raise click.ClickException(f"{client.server.target} says {health} of its health")
            click.echo(OUTPUTS[ctx.params["output"]](client.status()))
    except TransportError as error:
        raise click.ClickException(str(error)) from None


def compact(status: "ServerStatusResponse") -> str:
    """Write a few lines for a person; what the server does not tell is left out."""
    full = f" ({status.num_flows / status.max_flows:.2%})" if status.max_flows else ""
    lines = [
        f"Current/Max Flows: {status.num_flows:,}/{status.max_flows:,}{full}",
        f"Flows/s: {status.flows_rate:.2f}",
    ]
    connected, missing = status.num_connected_nodes.value, status.num_unavailable_nodes.value
    if status.HasField("num_connected_nodes"):
        lines.append(f"Connected Nodes: {connected}/{connected + missing}")
    if missing:
        lines += [
            f"Unavailable Nodes: {missing}",
            *(f"  - {name}" for name in _unavailable(status)),
        ]
    return "\n".join(lines)


def facts(status: "ServerStatusResponse") -> dict[str, str]:
    """Name each thing that a status tells."""
    from proto.describe import escape

    return {
        "NUM FLOWS": str(status.num_flows),
        "MAX FLOWS": str(status.max_flows),
        "SEEN FLOWS": str(status.seen_flows),
        "FLOWS PER SECOND": f"{status.flows_rate:.2f}",
        "UPTIME": age(status.uptime_ns),
        "NUM CONNECTED NODES": str(status.num_connected_nodes.value),
        "NUM UNAVAILABLE NODES": str(status.num_unavailable_nodes.value),
        "UNAVAILABLE NODES": ", ".join(_unavailable(status)),
        "VERSION": escape(status.version),
    }


def dictionary(status: "ServerStatusResponse") -> str:
    """Write a fact a line."""
    return "\n".join(f"{name:>21}: {value}".rstrip() for name, value in facts(status).items())


def table(status: "ServerStatusResponse") -> str:
    """Write the facts as one row."""
    found = facts(status)
    return grid(tuple(found), [tuple(found.values())])


def json(status: "ServerStatusResponse") -> str:
    """Write the message as JSON on one line."""
    from proto.jsonlines import to_json

    return to_json(status).decode()


OUTPUTS: dict[str, Callable[["ServerStatusResponse"], str]] = {
    "compact": compact,
    "dict": dictionary,
    "json": json,
    "jsonpb": json,
    "table": table,
}
"""The outputs by name."""


def age(ns: int) -> str:
    """Write a span in its two largest units: 45s, 3m20s, 2d4h."""
    parts: list[str] = []
    left = ns // SECOND
    for unit, seconds in (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, seconds)
        if count or parts or unit == "s":
            parts.append(f"{count}{unit}")
    return "".join(part for part in parts[:2] if not part.startswith("0")) or "0s"


def _unavailable(status: "ServerStatusResponse") -> list[str]:
    from proto.describe import escape

    return [escape(name) for name in status.unavailable_nodes]


def output_option(*names: str) -> click.Option:
    """Make the option that chooses one of these outputs, the first by default."""
    return Option(
        "Output",
        "--output",
        "-o",
        type=click.Choice(names),
        default=names[0],
        show_default=True,
        help="How to print.",
    )


main = SectionedCommand(
    "status",
    callback=_status,
    params=[output_option(*OUTPUTS), *connection_options()],
    help="Show whether a server answers, how much it holds and how fast it comes.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
