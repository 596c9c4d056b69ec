"""The listener's certificate, read again when its files change."""

import errno
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import grpc

from relay.counts.metrics import Metrics
from relay.settings import Settings, StartError

Loaded = TypeVar("Loaded")


@dataclass(frozen=True)
class Files:
    """The files of a certificate. With `client_cas` the clients must show one of their own."""

    cert: Path
    key: Path
    client_cas: tuple[Path, ...] = ()

    def signature(self) -> tuple[tuple[int, int, int], ...]:
        """Give what changes when a file is written or replaced."""
        paths = (self.cert, self.key, *self.client_cas)
        stats = (path.stat() for path in paths)
        return tuple((found.st_mtime_ns, found.st_size, found.st_ino) for found in stats)

    def context(self) -> ssl.SSLContext:
        """Read the files for HTTP/2. Raise OSError (ssl.SSLError is one) for files that are no use
        together.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, self.key, password="")
        context.set_alpn_protocols(["h2"])
        for path in self.client_cas:
            _trust(context, path)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def load(self) -> grpc.ServerCertificateConfiguration:
        """Read the files for gRPC. Raise OSError as `context` does.

        They are tried out first, since what gRPC refuses would close every connection.
        """
        before = self.signature()
        self.context()
        cas = b"\n".join(path.read_bytes() for path in self.client_cas)
        pair = self.key.read_bytes(), self.cert.read_bytes()
        if self.signature() != before:
            raise OSError(errno.EAGAIN, "changed while being read", str(self.cert))
        return grpc.ssl_server_certificate_configuration([pair], cas or None)


class Certificate(Generic[Loaded]):
    """A certificate that follows its files, which `load` reads.

    Newer files that are no use are counted, and the old ones stay.
    """

    def __init__(self, files: Files, load: Callable[[Files], Loaded], metrics: Metrics) -> None:
        self._files = files
        self._load = load
        self._metrics = metrics
        try:
            self._signature = files.signature()
            self.loaded = load(files)
        except OSError as error:
            raise StartError(f"TLS: {_explain(files, error)}") from None

    def refreshed(self) -> Loaded | None:
        """Give what newer files hold, None where there is nothing new or nothing good."""
        try:
            signature = self._files.signature()
            if signature == self._signature:
                return None
            self._signature = signature
            self.loaded = self._load(self._files)
        except OSError:
            self._metrics.add("palomar_tls_reload_failures_total")
            return None
        self._metrics.add("palomar_tls_reloads_total")
        return self.loaded


def _trust(context: ssl.SSLContext, path: Path) -> None:
    """Take the authorities of a file. Raise OSError for a file without any."""
    try:
        context.load_verify_locations(path)
    except ssl.SSLError:
        raise OSError(errno.EINVAL, "no certificate in it", str(path)) from None


def _explain(files: Files, error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return f"{files.cert} and {files.key} do not fit: {error.reason or error}"
    return f"cannot read {error.filename}: {error.strerror}"


def credentials(settings: Settings, metrics: Metrics) -> grpc.ServerCredentials | None:
    """Make credentials that look at the files before each handshake, None where the relay speaks
    plainly. Raise StartError.
    """
    files = _files(settings)
    if files is None:
        return None
    certificate = Certificate(files, Files.load, metrics)
    fetch: Any = certificate.refreshed  # gRPC wants None for "no change", its stubs do not know
    return grpc.dynamic_ssl_server_credentials(
        certificate.loaded, fetch, require_client_authentication=bool(files.client_cas)
    )


def context(settings: Settings, metrics: Metrics) -> ssl.SSLContext | None:
    """Make what `credentials` makes, for a server that is not gRPC's."""
    files = _files(settings)
    if files is None:
        return None
    certificate = Certificate(files, Files.context, metrics)

    def fetch(connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        """Take the newest; called in each handshake."""
        certificate.refreshed()
        connection.context = certificate.loaded

    first = files.context()
    first.sni_callback = fetch
    return first


def _files(settings: Settings) -> Files | None:
    if settings.tls_cert_file is None or settings.tls_key_file is None:
        return None
    return Files(settings.tls_cert_file, settings.tls_key_file, settings.tls_client_ca_files)
