"""`palomar list`: the nodes that a server knows, and the namespaces of what it holds."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from observe.connection import connect, connection_options
from observe.grid import grid
from observe.layout import SectionedCommand
from observe.status import SECOND, age, output_option

if TYPE_CHECKING:
    from proto.client import Client
    from proto.observer_pb2 import Namespace, Node

NODE_HEADER = ("NAME", "STATUS", "AGE", "FLOWS/S", "CURRENT/MAX-FLOWS")
WIDE_HEADER = (*NODE_HEADER, "VERSION", "ADDRESS", "TLS")


def node_row(node: "Node") -> tuple[str, ...]:
    """Say of a node what `list nodes -o wide` shows; the first part of it is the usual table."""
    from proto.describe import escape
    from proto.relay_pb2 import NodeState

    seconds = node.uptime_ns / SECOND
    full = f" ({node.num_flows / node.max_flows:6.2%})" if node.max_flows else ""
    return (
        escape(node.name),
        NodeState.Name(node.state).removeprefix("NODE_").removesuffix("_STATE").capitalize(),
        age(node.uptime_ns) if seconds else "N/A",
        f"{node.seen_flows / seconds:.2f}" if seconds else "N/A",
        f"{node.num_flows}/{node.max_flows}{full}",
        escape(node.version),
        escape(node.address),
        "Enabled" if node.tls.enabled else "Disabled",
    )


def node_table(nodes: Sequence["Node"]) -> str:
    """Write nodes as a table."""
    return grid(NODE_HEADER, (node_row(node)[: len(NODE_HEADER)] for node in nodes))


def wide_node_table(nodes: Sequence["Node"]) -> str:
    """Write nodes as a table with all there is."""
    return grid(WIDE_HEADER, map(node_row, nodes))


def namespace_table(namespaces: Sequence["Namespace"]) -> str:
    """Write namespaces as a table."""
    from proto.describe import escape

    rows = ((escape(each.namespace), escape(each.cluster)) for each in namespaces)
    return grid(("NAMESPACE", "CLUSTER"), rows)


def json(messages: Sequence[Any]) -> str:
    """Write messages as an array of JSON, one a line."""
    from proto.jsonlines import to_json

    return "[" + ",\n ".join(to_json(message).decode() for message in messages) + "]"


def _command(
    name: str,
    ask: Callable[["Client"], Sequence[Any]],
    outputs: dict[str, Callable[[Sequence[Any]], str]],
    about: str,
) -> SectionedCommand:
    """Make a command that asks and prints."""

    def run(**_: Any) -> None:
        from proto.failure import TransportError

        ctx = click.get_current_context()
        try:
            with connect(ctx) as client:
                click.echo(outputs[ctx.params["output"]](ask(client)))
        except TransportError as error:
            raise click.ClickException(str(error)) from None

    return SectionedCommand(
        name,
        callback=run,
        params=[output_option(*outputs), *connection_options()],
        help=about,
        context_settings={"max_content_width": 100},
    )


main = click.Group(
    "list",
    commands=[
        _command(
            "nodes",
            lambda client: client.nodes(),
            {"table": node_table, "wide": wide_node_table, "json": json},
            "List the nodes that a server knows, and how they are.",
        ),
        _command(
            "namespaces",
            lambda client: client.namespaces(),
            {"table": namespace_table, "json": json},
            "List the namespaces of what a server holds.",
        ),
    ],
    help="List nodes or namespaces.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
