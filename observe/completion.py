"""Completion in a shell: the script that a shell loads, and values asked of the server.

A server that does not answer at once gives no values, and no error: a person is typing.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from proto.client import Client

PROGRAMS = ("palomar", "observe")
SECONDS = 1.0
"""How long a server may take."""
SAMPLE = 1000
"""How many of the last flows are searched for pods."""


def nodes(client: "Client") -> Iterable[str]:
    """Name the nodes that the server knows."""
    return (node.name for node in client.nodes())


def namespaces(client: "Client") -> Iterable[str]:
    """Name the namespaces of what the server holds."""
    return (each.namespace for each in client.namespaces())


def pods(client: "Client") -> Iterable[str]:
    """Name the pods, with their namespaces, of the last flows."""
    from proto.observer_pb2 import GetFlowsRequest

    request = GetFlowsRequest(number=SAMPLE)
    for end in ("source", "destination"):
        request.field_mask.paths.extend((f"{end}.namespace", f"{end}.pod_name"))
    for batch in client.responses(request):
        for answer in batch:
            for endpoint in (answer.flow.source, answer.flow.destination):
                if endpoint.pod_name:
                    yield f"{endpoint.namespace}/{endpoint.pod_name}"


LIVE: dict[str, Callable[["Client"], Iterable[str]]] = {
    "node_name": nodes,
    "namespace": namespaces,
    "pod": pods,
}
"""The fields of a filter for whose values the server is asked."""


def live_values(ctx: click.Context, field: str) -> Sequence[str]:
    """Ask the server that a command line names for the values of a field; none if that fails."""
    from proto.failure import TransportError

    if field not in LIVE:
        return ()
    try:
        return _asked(ctx, LIVE[field])
    except (TransportError, click.ClickException, OSError):
        return ()


def _asked(ctx: click.Context, ask: Callable[["Client"], Iterable[str]]) -> list[str]:
    from threading import Timer

    from observe.connection import connect

    with connect(ctx) as client:
        client.timeout = SECONDS
        late = Timer(SECONDS, client.close)
        late.daemon = True
        late.start()
        try:
            return sorted({value for value in ask(client) if value.isprintable()})
        finally:
            late.cancel()


def script(shell: str) -> str:
    """Give what a shell loads to complete all our commands."""
    from click.shell_completion import ShellComplete, get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    names = ((program, f"_{program.upper()}_COMPLETE") for program in PROGRAMS)
    # The base class only fills in the template; that of bash starts a shell to see its version.
    return "\n".join(
        ShellComplete.source(kind(click.Command(program), {}, program, variable))
        for program, variable in names
    )


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def main(shell: str) -> None:
    """Print what a shell loads to complete `palomar` and `observe`.

    \b
    bash:  eval "$(palomar completion bash)"       in ~/.bashrc
    zsh:   eval "$(palomar completion zsh)"        in ~/.zshrc
    fish:  palomar completion fish | source        in ~/.config/fish/config.fish
    """
    click.echo(script(shell))
