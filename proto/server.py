"""What a client knows of the server it talks to."""

from collections.abc import Callable, Iterable

from proto.reader_pb2 import Coverage
from proto.target import Target
from proto.version import API_VERSION, older

Say = Callable[[str], None]
"""Takes one line for a person to read."""

Metadata = Iterable[tuple[str, str | bytes]]
"""What a server says beside its answers."""

_VERSION_KEYS = ("hubble-server-version", "hubble-relay-version")


class Server:
    """A server of the Hubble API as it has shown itself so far."""

    def __init__(self, target: Target, on_warning: Say | None = None) -> None:
        self.target = target
        self.reached = False
        """Whether it has answered once."""
        self.offers_batches = True
        """Whether it may serve palomar.v1.Reader: true until it says no."""
        self.version = ""
        """Version of the Hubble API that it names, empty until heard."""
        self.coverage: Coverage | None = None
        """What the last batched answer was drawn from."""
        self._warn = on_warning or (lambda line: None)

    def heard(self, metadata: Metadata | None) -> None:
        """Take the metadata of an answer; warn, once, where the server is older than we are."""
        self.reached = True
        if self.version:
            return
        found = dict(metadata or ())
        said = next((found[key] for key in _VERSION_KEYS if found.get(key)), "")
        self.version = said if isinstance(said, str) else said.decode(errors="replace")
        if older(self.version):
            self._warn(
                f"{self.target} speaks version {self.version} of the Hubble API, older than "
                f"{API_VERSION}: filters that it does not know are ignored"
            )
