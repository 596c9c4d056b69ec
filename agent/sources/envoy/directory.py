"""The endpoints as they are at the moment: the file is read again when it has changed."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from agent.sources.envoy.endpoints import Endpoints, EndpointsError, read

LOOK_SECONDS = 1.0
"""How often it is looked whether the file has changed."""


class Directory:
    """What the file at `path` says; without a path, nothing. `say` takes a line for a person.

    Raise EndpointsError where the file cannot be used at the start. Later a bad file changes
    nothing.
    """

    def __init__(
        self,
        path: Path | None,
        say: Callable[[str], None] = lambda line: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._say = say
        self._clock = clock
        self._looked = clock()
        self._state = _state(path)
        self.endpoints = read(path) if path else Endpoints({}, {})

    def refresh(self) -> None:
        """Read the file again if it has changed; called often, it looks once a second."""
        now = self._clock()
        if self._path is None or now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        state = _state(self._path)
        if state == self._state:
            return
        self._state = state
        try:
            self.endpoints = read(self._path)
        except EndpointsError as error:
            self._say(f"{error}; what was read before stays")
        else:
            self._say(f"{self._path}: read again, {len(self.endpoints.known):,} addresses")


def _state(path: Path | None) -> tuple[int, ...]:
    """Give what changes when a file does."""
    try:
        status = os.stat(path) if path else None
    except OSError:
        status = None
    return (status.st_mtime_ns, status.st_size, status.st_ino) if status else ()
