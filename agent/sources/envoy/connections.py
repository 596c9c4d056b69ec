"""Which connections have been told of already, as far as memory is given to that."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

MOST = 65_536
"""Connections that are remembered."""
IDLE_SECONDS = 60.0
"""After so long without a request a port may belong to another connection: for that long Linux
keeps it from being used again.
"""


class Connections:
    """Remembers the connections of late, at most `most`; the one idle for longest is forgotten."""

    def __init__(
        self,
        most: int = MOST,
        idle: float = IDLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.forgotten = 0
        """How many had to be forgotten before they were idle for long."""
        self._most = most
        self._idle = idle
        self._clock = clock
        self._seen: OrderedDict[Hashable, float] = OrderedDict()

    def is_new(self, connection: Hashable) -> bool:
        """Tell whether this connection was not seen lately, and remember it."""
        now = self._clock()
        last = self._seen.pop(connection, None)
        self._seen[connection] = now
        if len(self._seen) > self._most:
            _, oldest = self._seen.popitem(last=False)
            self.forgotten += now - oldest < self._idle
        return last is None or now - last >= self._idle

    def __len__(self) -> int:
        return len(self._seen)
