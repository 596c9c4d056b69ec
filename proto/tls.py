"""Credentials of a channel: whom to trust, and who we are."""

import base64
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc

from proto.failure import TransportError, in_words
from proto.target import Target

FETCH_SECONDS = 5.0
"""How long the handshake may take that fetches a server's certificate."""


@dataclass(frozen=True)
class TLS:
    """How to speak TLS.

    Without `ca_files` the roots that gRPC brings are trusted. `client_cert` and `client_key` go
    together and prove who we are. `server_name` replaces the host in the check of the server's
    certificate. `username` and `password` are basic authentication, never sent without TLS.

    gRPC cannot leave out the check of a certificate. With `allow_insecure` the server's is fetched
    first, and just that one is trusted, under a name that stands in it: enough for a self-signed
    certificate, and no protection against one who stands between from the start.
    """

    ca_files: tuple[Path, ...] = ()
    client_cert: Path | None = None
    client_key: Path | None = None
    server_name: str = ""
    allow_insecure: bool = False
    username: str = ""
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if (self.client_cert is None) != (self.client_key is None):
            raise ValueError("a client certificate and its key go together")


def credentials(tls: TLS, target: Target) -> tuple[grpc.ChannelCredentials, str]:
    """Make the credentials for `target`, and give the name to expect in its certificate.

    The name is empty for the host's own.
    Raise TransportError where a file cannot be read, or the certificate cannot be fetched.
    """
    roots = b"\n".join(_read(path) for path in tls.ca_files) or None
    name = tls.server_name
    if tls.allow_insecure:
        roots, name = fetch_certificate(tls, target)
    key = _read(tls.client_key) if tls.client_key else None
    chain = _read(tls.client_cert) if tls.client_cert else None
    made = grpc.ssl_channel_credentials(roots, key, chain)
    if tls.username:
        made = grpc.composite_channel_credentials(made, _basic(tls.username, tls.password))
    return made, name


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TransportError(f"cannot read {path}: {error.strerror}") from None


def _basic(username: str, password: str) -> grpc.CallCredentials:
    """Make credentials that add a basic `authorization` to each call."""
    token = base64.b64encode(f"{username}:{password}".encode()).decode()

    def add(_context: Any, callback: Callable[[Any, Exception | None], None]) -> None:
        callback((("authorization", f"Basic {token}"),), None)

    return grpc.metadata_call_credentials(add)  # type: ignore[arg-type]


def fetch_certificate(tls: TLS, target: Target) -> tuple[bytes, str]:
    """Fetch the certificate that a server shows, as PEM, and give a name that stands in it.

    Two handshakes: the first takes any certificate, the second trusts only that one, and so has
    its fields read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.set_alpn_protocols(["h2"])
    try:
        if tls.client_cert and tls.client_key:
            context.load_cert_chain(tls.client_cert, tls.client_key)
        pem = ssl.DER_cert_to_PEM_cert(_shake_hands(context, target)[0])
        context.load_verify_locations(cadata=pem)
        context.verify_mode = ssl.CERT_REQUIRED
        fields = _shake_hands(context, target)[1]
    except OSError as error:
        why = in_words(getattr(error, "verify_message", None) or str(error.strerror or error))
        raise TransportError(f"cannot fetch the certificate of {target}: {why}") from None
    return pem.encode(), _name_in(fields)


def _shake_hands(context: ssl.SSLContext, target: Target) -> tuple[bytes, Mapping[str, Any]]:
    """Give the certificate that a server shows, and its fields, empty for one not trusted."""
    with (
        socket.create_connection((target.host, target.port), FETCH_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=target.host) as secured,
    ):
        return secured.getpeercert(binary_form=True) or b"", secured.getpeercert() or {}


def _name_in(fields: Mapping[str, Any]) -> str:
    """Give a name that a certificate holds: its first alternative name, else the common one."""
    names = [name for _, name in fields.get("subjectAltName", ())]
    common = [
        value for part in fields.get("subject", ()) for key, value in part if key == "commonName"
    ]
    return next(iter(names + common), "").replace("*", "any")
