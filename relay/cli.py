"""`palomar relay`: settings from the command line, and a relay until a signal comes."""

from pathlib import Path
from typing import Any

import click

from relay.rings.limits import Limit, parse_limit
from relay.settings import DEFAULT_LISTEN, Settings, UsageError, default_data


def _limits(_context: click.Context, _option: click.Parameter, texts: tuple[str, ...]) -> Any:
    """Read `--limit`, which may be repeated; the last one of a class counts."""
    from relay.rings.classes import RINGS

    limits: dict[str, Limit] = {}
    for text in texts:
        try:
            name, limit = parse_limit(text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None
        if name not in RINGS:
            raise click.BadParameter(f"{text!r}: the classes are {', '.join(RINGS)}")
        limits[name] = limit
    return limits


_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--listen",
    metavar="ADDRESS",
    multiple=True,
    default=(DEFAULT_LISTEN,),
    show_default=True,
    help="HOST:PORT or unix:///PATH to listen on; may be repeated. Without TLS, think twice "
    "before opening it to others: whoever connects can read every flow.",
)
@click.option(
    "--hubble-listen",
    metavar="ADDRESS",
    multiple=True,
    help="Listen there as well, for tools made for Hubble: they get several times as many flows a "
    "second as at --listen, where agents and Palomar's own do better. May be repeated. "
    "[default: nowhere]",
)
@click.option(
    "--data",
    metavar="FILE",
    type=_FILE,
    help=f"The database. [default: {default_data()}]",
)
@click.option(
    "--limit",
    "limits",
    metavar="CLASS=COUNT,BYTES,AGE",
    multiple=True,
    callback=_limits,
    help="Most that is kept of a class (drop, l7, flow, event, lost), such as "
    "drop=100000,64MiB,7d; an empty part keeps its default. May be repeated. "
    "[default: 1000000 events, 512MiB, no age]",
)
@click.option(
    "--rollup-minutes",
    type=click.IntRange(min=1),
    default=1440,
    show_default=True,
    metavar="N",
    help="Minutes of which counts are kept, also of flows that are no longer stored.",
)
@click.option(
    "--clock-tolerance",
    metavar="SECONDS",
    type=float,
    default=7200.0,
    show_default=True,
    help="A flow whose time is further ahead is ordered by its arrival; at least 0.",
)
@click.option("--node-name", metavar="NAME", help="This relay's own name. [default: the host's]")
@click.option(
    "--advertise",
    metavar="ADDRESS",
    default="",
    help="Address under which a Hubble relay reaches this one as a node (peer.Peer).",
)
@click.option(
    "--metrics",
    metavar="HOST:PORT",
    default="",
    help="Serve /metrics for Prometheus there. [default: nowhere]",
)
@click.option("--tls-cert-file", metavar="FILE", type=_FILE, help="Certificate, PEM.")
@click.option("--tls-key-file", metavar="FILE", type=_FILE, help="Its key, PEM.")
@click.option(
    "--tls-client-ca-files",
    metavar="FILE",
    type=_FILE,
    multiple=True,
    help="Authority of client certificates; refuses clients without one. May be repeated.",
)
@click.option(
    "--max-agents",
    type=click.IntRange(min=1),
    default=256,
    show_default=True,
    metavar="N",
    help="Streams of agents at a time.",
)
@click.option(
    "--max-streams",
    type=click.IntRange(min=1),
    default=256,
    show_default=True,
    metavar="N",
    help="Streamed answers at a time, follows among them.",
)
def main(**options: Any) -> None:
    """Take flows from agents, keep them in a database, and serve them.

    Speaks the API of Cilium Hubble. Ends on SIGTERM or Ctrl-C, once all that came is stored;
    started again on the same file it goes on where it was.
    """
    from relay.daemon import run

    try:
        failure = run(_settings(options))
    except UsageError as error:
        raise click.UsageError(str(error)) from None
    if failure:
        raise click.ClickException(failure)


def _settings(options: dict[str, Any]) -> Settings:
    """Make settings of the options that were given; make the default database's directory."""
    given = {name: value for name, value in options.items() if value is not None}
    folder = default_data().parent
    if "data" not in given:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise click.ClickException(f"cannot make {folder}: {error.strerror}") from None
    return Settings(**given)
