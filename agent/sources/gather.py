"""Single messages gathered into lists: one trip to the relay for what came in the same moment."""

import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

LINGER = 0.01
"""How long a list that is not full waits for more, in seconds."""


class _AbandonedError(Exception):
    """Ends the reading thread."""


class Gather(Generic[T]):
    """Reads `messages` in a thread of its own, at most `most` ahead, and gives them in lists.

    Whatever ends the reading ends the iteration, after all that was read before: an exception is
    raised again.
    """

    def __init__(self, messages: Iterable[T], most: int, linger: float = LINGER) -> None:
        self._most = most
        self._linger = linger
        self._waiting: deque[T] = deque()
        self._changed = threading.Condition()
        self._ended = False
        self._abandoned = False
        self._error: Exception | None = None
        threading.Thread(target=self._read, args=(messages,), daemon=True).start()

    def __iter__(self) -> Iterator[list[T]]:
        try:
            while batch := self._next():
                yield batch
        finally:
            self._abandon()
        if self._error:
            raise self._error

    def _next(self) -> list[T]:
        """Wait for a first message, then for as long as it lingers; empty at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._ended)
            until = time.monotonic() + self._linger
            while len(self._waiting) < self._most and not self._ended:
                if not self._changed.wait(max(0, until - time.monotonic())):
                    break
            batch = list(self._waiting)
            self._waiting.clear()
            self._changed.notify_all()
            return batch

    def _abandon(self) -> None:
        """Have the thread end: nobody takes what it reads."""
        with self._changed:
            self._abandoned = True
            self._changed.notify_all()

    def _read(self, messages: Iterable[T]) -> None:
        try:
            for message in messages:
                self._put(message)
        except _AbandonedError:
            return
        except Exception as error:
            self._error = error
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _put(self, message: T) -> None:
        with self._changed:
            self._changed.wait_for(lambda: len(self._waiting) < self._most or self._abandoned)
            if self._abandoned:
                raise _AbandonedError
            self._waiting.append(message)
            if len(self._waiting) in (1, self._most):
                self._changed.notify_all()
