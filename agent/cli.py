"""`palomar agent`: read a kind of source and stream its events to a relay."""

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from agent.options import (
    Rate,
    Seconds,
    host_name,
    parse_target,
    relay_options,
    tls_given,
    tls_options,
)
from agent.settings import LONGEST_LINE, Settings
from proto.escape import escape

if TYPE_CHECKING:
    from agent.delivery import Relay


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Read flows from somewhere and stream them to a relay."""


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--follow", "-f", is_flag=True, help="Go on as the files grow and are rotated.")
@click.option("--again", is_flag=True, help="Store what is stored already once more.")
@click.option(
    "--max-line",
    type=click.IntRange(1),
    metavar="BYTES",
    default=LONGEST_LINE,
    show_default=True,
    help="Longest line; longer ones are skipped.",
)
@relay_options
def file(paths: tuple[str, ...], follow: bool, again: bool, max_line: int, **shared: Any) -> None:
    """Stream flows from files of JSON lines.

    The lines are as Hubble prints or exports them; - is the standard input. Files may be packed
    with gzip or zstd. A file that the relay has already, or in part, is gone on with, not repeated.
    Lines that are no events are skipped and counted; a file with nothing else in it is an error.
    """
    from agent.delivery import deliver
    from agent.progress import progress
    from agent.sources.file import FileSource
    from agent.sources.pipe import PipeSource
    from agent.sources.source import Source

    node = _envelope_node(shared)
    run = _fresh_run() if again else ""
    found: dict[str, Source] = {}
    for path in paths:
        made: Source
        if pipe := _pipe(path):
            made = PipeSource(path, pipe, node=node, longest_line=max_line)
        else:
            made = FileSource(Path(path), run=run, node=node, follow=follow, longest_line=max_line)
        found[made.name] = made
    sources = list(found.values())
    with progress(sources, _say) as say:
        status = deliver(sources, _relay(shared), say, at_once=follow)
    raise SystemExit(status)


@main.command()
@click.option(
    "--rate",
    metavar="N",
    type=Rate(),
    default=20.0,
    show_default=True,
    help="Flows a second of each node.",
)
@click.option(
    "--seed", metavar="N", type=int, default=1, show_default=True, help="Decides what happens."
)
@click.option("--duration", type=Seconds(), help="Stop after that long, such as 30s or 5m.")
@relay_options
def demo(rate: float, seed: int, duration: float | None, **shared: Any) -> None:
    """Stream flows of a made-up cluster.

    There are flows of every kind, in phases that begin anew each minute. Without --node it plays
    the cluster's two nodes, node-1 and node-2. With it, it plays one of them, the first or the
    second by the name's last letter or digit; two agents with the same seed and rate make a
    cluster.
    """
    from agent.delivery import deliver
    from agent.sources.demo.cast import CLUSTER
    from agent.sources.demo.source import NODES, DemoSource, index_of

    nodes = (shared["node"],) if shared["node"] else NODES
    cluster = shared["cluster"] or CLUSTER
    sources = [
        DemoSource(node, index_of(node), cluster=cluster, rate=rate, seed=seed, duration=duration)
        for node in nodes
    ]
    raise SystemExit(deliver(sources, _relay(shared), _say))


@main.command()
@click.argument("address")
@click.option("--agent-events", is_flag=True, help="Take agent events too.")
@click.option("--debug-events", is_flag=True, help="Take debug events too.")
@click.option("--again", is_flag=True, help="Store what is stored already once more.")
@tls_options("hubble-tls", "the server of Hubble")
@relay_options
def hubble(
    address: str, agent_events: bool, debug_events: bool, again: bool, **shared: Any
) -> None:
    """Stream flows from a server or relay of Hubble.

    All that it has is taken, and then what it gets. After a break of either side it goes on where
    it was: exactly with a relay of ours, with others as far as their history reaches back.
    """
    from agent.delivery import deliver
    from agent.sources.hubble import AGENT_EVENTS, DEBUG_EVENTS, FLOWS, HubbleSource

    target = parse_target("ADDRESS", address)
    tls = tls_given("hubble-tls", shared)
    questions = [FLOWS, *[AGENT_EVENTS] * agent_events, *[DEBUG_EVENTS] * debug_events]
    run, node = _fresh_run() if again else "", _envelope_node(shared)
    sources = [
        HubbleSource(target, tls, question, run=run, node=node, say=_say) for question in questions
    ]
    raise SystemExit(deliver(sources, _relay(shared), _say))


@main.command()
@click.option(
    "--listen",
    default="localhost:4246",
    show_default=True,
    help="Where Envoys stream to: HOST:PORT (port 0: a free one) or unix:///PATH.",
)
@click.option(
    "--endpoints",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File that says who is behind an address (TOML); read again when it changes.",
)
@click.option(
    "--max-streams",
    type=click.IntRange(1, 4096),
    default=256,
    show_default=True,
    help="Streams at the same time; an Envoy opens one for each worker and log.",
)
@relay_options
def envoy(listen: str, endpoints: Path | None, max_streams: int, **shared: Any) -> None:
    """Serve Envoy's gRPC access log service: each request or connection becomes flows.

    An Envoy names its node itself (--service-node); --node names that of those that do not.
    """
    from dataclasses import replace

    from agent.sources.envoy.serve import serve

    any_port = listen.endswith(":0")
    target = parse_target("--listen", listen.removesuffix(":0") if any_port else listen)
    target = replace(target, port=0) if any_port else target
    raise SystemExit(serve(target, endpoints, max_streams, _relay(shared), _say))


def _relay(shared: dict[str, Any]) -> "Relay":
    """Make the relay of what `relay_options` gave."""
    from agent.delivery import Relay

    return Relay(
        target=parse_target("--relay", shared["relay"]),
        tls=tls_given("tls", shared),
        node=shared["node"] or host_name(),
        cluster=shared["cluster"],
        settings=Settings(spool_events=shared["spool_events"], spool_bytes=shared["spool_bytes"]),
    )


def _envelope_node(shared: dict[str, Any]) -> str:
    """Name the node for events that come without one: only if a person said it."""
    node, cluster = shared["node"], shared["cluster"]
    return f"{cluster}/{node}" if node and cluster else node


def _fresh_run() -> str:
    import uuid

    return uuid.uuid4().hex


def _pipe(path: str) -> io.FileIO | None:
    """Open a path that cannot be read twice: the standard input, a named pipe; None for a file.

    End the command where there is nothing to read.
    """
    try:
        if path == "-":
            return io.FileIO(sys.stdin.fileno(), closefd=False)
        if not Path(path).is_file():
            return io.FileIO(path)
        with open(path, "rb"):
            return None
    except OSError as error:
        _say(f"{path}: {error.strerror}")
        raise SystemExit(1) from None


def _say(line: str) -> None:
    """Tell a person; names of files and fields are by strangers."""
    click.echo(f"palomar agent: {escape(line)}", err=True)
