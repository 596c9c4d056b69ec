"""Channels to a server of the Hubble API: address, TLS, options, and what to say when one fails.

This is the door to the whole of it: `Target`, `TLS`, `Backoff`, `TransportError` and `explain` are
defined beside.
"""

import grpc
from grpc.experimental import ChannelOptions

from proto.backoff import Backoff
from proto.failure import TransportError, explain
from proto.target import Target
from proto.tls import TLS, credentials
from proto.version import VERSION

__all__ = [
    "MAX_MESSAGE_BYTES",
    "TLS",
    "Backoff",
    "Target",
    "TransportError",
    "explain",
    "open_aio_channel",
    "open_channel",
]

MAX_MESSAGE_BYTES = 64 << 20
"""Largest message that is taken or sent."""

KEEPALIVE_SECONDS = 310
"""How long a connection may be silent before it is probed. gRPC servers in Go, and those of C with
default settings, hang up when probes come more often than every 5 minutes."""

CONNECT_SECONDS = 20.0
"""How long connecting may take, with TLS and until the server greets."""

Options = list[tuple[str, int | str]]


def channel_options(
    target: Target,
    server_name: str = "",
    keepalive: float = KEEPALIVE_SECONDS,
    connecting: float = CONNECT_SECONDS,
) -> Options:
    """Give the options of a channel to `target`; spans in seconds."""
    options: Options = [
        ("grpc.primary_user_agent", f"palomar/{VERSION}"),
        ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
        ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
        ("grpc.keepalive_time_ms", round(keepalive * 1000)),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.http2.max_pings_without_data", 0),
        # Who waits between attempts is our Backoff; the channel must be ready to try when asked.
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 1000),
        # In spite of its name it bounds each attempt to connect.
        ("grpc.min_reconnect_backoff_ms", round(connecting * 1000)),
        ("grpc.use_local_subchannel_pool", 1),
        # A proxy from the environment is for the world outside.
        ("grpc.enable_http_proxy", int(not target.is_local)),
    ]
    if server_name:
        options.append(("grpc.ssl_target_name_override", server_name))
    return options


def open_channel(
    target: Target,
    tls: TLS | None = None,
    *,
    keepalive: float = KEEPALIVE_SECONDS,
    connecting: float = CONNECT_SECONDS,
) -> grpc.Channel:
    """Open a channel, with TLS where `tls` is given or the address asks for it.

    Connecting waits for the first call, and may take `connecting` seconds.
    Raise TransportError where a certificate cannot be read, or fetched.
    """
    made, name = _credentials(target, tls)
    options = channel_options(target, name, keepalive, connecting)
    # A stream then needs no thread of its own, and costs half.
    options.append((ChannelOptions.SingleThreadedUnaryStream, 1))
    if made is None:
        return grpc.insecure_channel(target.address, options)
    return grpc.secure_channel(target.address, made, options)


def open_aio_channel(
    target: Target,
    tls: TLS | None = None,
    *,
    keepalive: float = KEEPALIVE_SECONDS,
    connecting: float = CONNECT_SECONDS,
) -> grpc.aio.Channel:
    """Open a channel as `open_channel` does, for asyncio."""
    made, name = _credentials(target, tls)
    options = channel_options(target, name, keepalive, connecting)
    if made is None:
        return grpc.aio.insecure_channel(target.address, options)
    return grpc.aio.secure_channel(target.address, made, options)


def _credentials(target: Target, tls: TLS | None) -> tuple[grpc.ChannelCredentials | None, str]:
    """Give the credentials, None for plain text, and the name to expect in the certificate."""
    if tls is None and not target.tls:
        return None, ""
    return credentials(tls or TLS(), target)
