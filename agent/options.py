"""Options that several agents share: the relay, TLS, names, limits."""

import re
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from agent.settings import Settings

UNITS = {"": 1, "ms": 0.001, "s": 1, "m": 60, "h": 3600}
"""Seconds in each unit of a span of time."""

FASTEST = 1_000_000
"""Most events a second that can be asked for: far more than a relay takes."""

Command = TypeVar("Command", bound=Callable[..., Any])

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class Seconds(click.ParamType[float]):
    """A span of time: `90`, `1.5s`, `2m`, `1h30m`, in seconds."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read it; a usage error for what is no span, or nothing."""
        parts = re.findall(r"([0-9.]+)(h|ms|m|s|)", str(value))
        try:
            seconds = sum(float(number) * UNITS[unit] for number, unit in parts)
        except ValueError:
            seconds = 0.0
        if "".join(map("".join, parts)) != str(value) or not seconds > 0:
            self.fail(f"{value!r} is no span of time, such as 30s, 5m or 1h30m", param, ctx)
        return seconds


class Rate(click.ParamType[float]):
    """Events a second: a number above 0, at most `FASTEST`."""

    name = "rate"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read it; a usage error for what is no number in the range, such as `nan`."""
        try:
            rate = float(value)
        except ValueError:
            rate = 0.0
        if not 0 < rate <= FASTEST:
            self.fail(f"{value!r} is no rate above 0 and up to {FASTEST:,} a second", param, ctx)
        return rate


def tls_options(prefix: str, server: str) -> Callable[[Command], Command]:
    """Add the TLS options towards `server`; their names begin with `prefix`, such as `tls`."""
    rows: list[tuple[str, dict[str, Any]]] = [
        ("", {"is_flag": True, "help": f"Use TLS towards {server}."}),
        ("-allow-insecure", {"is_flag": True, "help": "Take any certificate (implies TLS)."}),
        ("-ca-cert-files", {"type": FILE, "multiple": True, "help": "CA file, PEM; repeatable."}),
        ("-client-cert-file", {"type": FILE, "help": "Our certificate, PEM."}),
        ("-client-key-file", {"type": FILE, "help": "Its key, PEM."}),
        (
            "-server-name",
            {"default": "", "metavar": "NAME", "help": "Name to expect in the certificate."},
        ),
    ]

    def add(command: Command) -> Command:
        for suffix, given in reversed(rows):
            command = click.option(f"--{prefix}{suffix}", **given)(command)
        return command

    return add


def tls_given(prefix: str, values: Mapping[str, Any]) -> Any:
    """Make a `TLS` of the values of `tls_options`, None where none was given."""
    from proto.transport import TLS

    start = prefix.replace("-", "_")
    given = {name.removeprefix(start): v for name, v in values.items() if name.startswith(start)}
    if not any(given.values()):
        return None
    try:
        return TLS(
            ca_files=tuple(given["_ca_cert_files"]),
            client_cert=given["_client_cert_file"],
            client_key=given["_client_key_file"],
            server_name=given["_server_name"],
            allow_insecure=given["_allow_insecure"],
        )
    except ValueError as error:
        raise click.UsageError(f"--{prefix}-client-cert-file: {error}") from None


def parse_target(option: str, text: str) -> Any:
    """Read an address, as a usage error that names the option."""
    from proto.transport import Target

    try:
        return Target.parse(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from None


def relay_options(command: Command) -> Command:
    """Add what every agent takes."""
    options = (
        click.option(
            "--relay",
            default="localhost:4245",
            metavar="ADDRESS",
            show_default=True,
            help="The relay.",
        ),
        tls_options("tls", "the relay"),
        click.option(
            "--node", default="", metavar="NAME", help="Node; by default the host's name."
        ),
        click.option("--cluster", default="", metavar="NAME", help="Cluster of the node."),
        click.option(
            "--spool-events",
            type=click.IntRange(1),
            metavar="N",
            default=Settings.spool_events,
            show_default=True,
            help="Events that may wait for the relay.",
        ),
        click.option(
            "--spool-bytes",
            type=click.IntRange(1),
            metavar="N",
            default=Settings.spool_bytes,
            show_default=True,
            help="Bytes of them.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def host_name() -> str:
    """Give the name of this machine."""
    return socket.gethostname()
