"""Options that name a server, and the client that they make.

`observe`, `status` and `list` share them: a command has `connection_options()` among its
parameters, and its function calls `connect(ctx)`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from observe.config import ConfigError, default_path, defaults
from observe.layout import Option, SwitchOption
from observe.times import parse_duration

if TYPE_CHECKING:
    from pathlib import Path

    from proto.client import Client
    from proto.transport import TLS

SERVER, OTHER = "Server", "Other"
CONFIG = "observe.config"
"""Where `ctx.meta` has the file of settings, which may not be there."""


OBSERVE = ("flows", "agent-events", "debug-events")
"""The commands below `observe`."""


class Duration(click.ParamType[float]):
    """A duration such as 500ms or 12s, in seconds."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read the text; fail for what is no duration, or not longer than none."""
        if isinstance(value, float):
            return value
        ns = parse_duration(str(value))
        if ns is None or ns <= 0:
            self.fail(f"{value!r} is not a duration such as 500ms or 12s", param, ctx)
        return ns / 1e9


def connection_options() -> list[click.Option]:
    """Make the options of the connection, of the file of settings, and of debugging."""
    return [
        Option(
            SERVER,
            "--server",
            metavar="ADDRESS",
            default="localhost:4245",
            show_default=True,
            help="HOST:PORT, unix:///PATH or tls://HOST:PORT.",
        ),
        SwitchOption(SERVER, "--tls", help="Speak TLS."),
        *_tls_options(),
        Option(
            SERVER,
            "--request-timeout",
            "--timeout",
            metavar="TIME",
            type=Duration(),
            default="12s",
            show_default=True,
            help="How long connecting may take, and an answer that is not a stream.",
        ),
        Option(
            OTHER,
            "--config",
            metavar="FILE",
            # A file of settings of Hubble itself is YAML, and not meant here.
            envvar="PALOMAR_CONFIG",
            is_eager=True,
            expose_value=False,
            callback=_configure,
            help="Take defaults from this TOML file.",
        ),
        SwitchOption(OTHER, "--debug", help="Tell everything about nodes and the connection."),
    ]


def _tls_options() -> list[click.Option]:
    rows = (
        ("--tls-server-name", "NAME", "Name to expect in the certificate."),
        ("--tls-client-cert-file", "FILE", "Certificate that proves who we are."),
        ("--tls-client-key-file", "FILE", "Key of that certificate."),
        ("--basic-auth-username", "NAME", "User name; it is sent over TLS only."),
        ("--basic-auth-password", "TEXT", "Password; it is sent over TLS only."),
    )
    insecure = SwitchOption(
        SERVER, "--tls-allow-insecure", help="Trust any certificate that the server shows."
    )
    authorities = Option(
        SERVER,
        "--tls-ca-cert-files",
        metavar="FILE[,…]",
        multiple=True,
        help="Certificates of the authorities to trust; may be repeated.",
    )
    return [
        insecure,
        authorities,
        *(Option(SERVER, name, metavar=m, help=text) for name, m, text in rows),
    ]


def connect(ctx: click.Context, warn: Callable[[str], None] | None = None) -> "Client":
    """Make the client that the options of a parsed command ask for.

    `warn` is told when the server is older than the API spoken here; by default a person is.
    """
    from proto.client import Client

    given = ctx.params
    tell = warn or (lambda line: click.echo(f"Warning: {line}", err=True))
    try:
        return Client(
            given["server"], _tls(given), timeout=given["request_timeout"], on_warning=tell
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _tls(given: dict[str, Any]) -> "TLS | None":
    """Read the options of TLS; None if none was given, so that the address decides."""
    from proto.transport import TLS

    wanted = given["tls"] or any(v for name, v in given.items() if name.startswith("tls_"))
    if not (wanted or given["server"].startswith("tls://")):
        if given["basic_auth_username"]:
            raise click.UsageError("--basic-auth-username is sent over TLS only; add --tls")
        return None
    return TLS(
        ca_files=tuple(
            path
            for text in given["tls_ca_cert_files"]
            for name in text.split(",")
            if (path := _path(name))
        ),
        client_cert=_path(given["tls_client_cert_file"]),
        client_key=_path(given["tls_client_key_file"]),
        server_name=given["tls_server_name"] or "",
        allow_insecure=given["tls_allow_insecure"],
        username=given["basic_auth_username"] or "",
        password=given["basic_auth_password"] or "",
    )


def _path(text: str | None) -> "Path | None":
    from pathlib import Path  # help does without

    return Path(text) if text else None


def _configure(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    """Take the defaults of the command from the file of settings."""
    ctx.meta[CONFIG] = _path(value) or default_path()
    flags = [name for each in ctx.command.params for name in each.opts if name.startswith("--")]
    try:
        found = defaults(_path(value), _root(ctx), flags)
    except ConfigError as error:
        raise click.UsageError(f"--config: {error}") from None
    ctx.default_map = {**(ctx.default_map or {}), **found}


def _root(ctx: click.Context) -> str:
    """Name the table of the file that is for this command: `observe` has one for all of its own."""
    while ctx.parent and ctx.parent.parent:
        ctx = ctx.parent
    return "observe" if ctx.command.name in OBSERVE else str(ctx.command.name)
