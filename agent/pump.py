"""The pump: the thread that reads a source and fills the spool."""

import threading

from agent.sources.source import Source
from agent.spool import Spool

STOP_SECONDS = 2.0
"""How long a source may take to stop before it is left behind."""


class Pump(threading.Thread):
    """Reads `source` from `position` on into `spool`, until either ends."""

    def __init__(self, source: Source, position: bytes, most_bytes: int, spool: Spool) -> None:
        super().__init__(name=f"source {source.name}", daemon=True)
        self.error: Exception | None = None
        """Why reading broke, once the thread is over."""
        self.whole = False
        """Whether the source was read to its own end."""
        self._source = source
        self._position = position
        self._most_bytes = most_bytes
        self._spool = spool

    def run(self) -> None:
        """Read; whatever breaks it is kept for whoever waits for the spool's end."""
        try:
            for chunk in self._source.chunks(self._position, self._most_bytes):
                if not self._spool.put(chunk, wait=self._source.waits):
                    return
            self.whole = not self._source.stopping.is_set()
        except Exception as error:
            self.error = error
        finally:
            self._spool.end()

    def stop(self) -> None:
        """Stop reading, and let the source be read again by another pump."""
        self._source.stop()
        self.join(STOP_SECONDS)
        self._source.stopping.clear()
