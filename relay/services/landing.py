"""Brings what the store's thread is done with into the event loop: all that is done at once with
one wake-up, where each costs a system call, and a turn of the lock that both threads want."""

import asyncio
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Landing(Generic[T]):
    """Makes futures of the event loop out of those of another thread. Made in the loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._landed: deque[tuple[Future[T], asyncio.Future[T]]] = deque()
        self._called = False

    def wait(self, done: Future[T]) -> asyncio.Future[T]:
        """Give what has the result of `done` once that has."""
        waiting: asyncio.Future[T] = self._loop.create_future()
        done.add_done_callback(lambda done: self._land(done, waiting))
        return waiting

    def _land(self, done: Future[T], waiting: asyncio.Future[T]) -> None:
        """Note a result, in whatever thread, and have the loop look if nothing did so yet."""
        self._landed.append((done, waiting))
        if not self._called:
            self._called = True
            with suppress(RuntimeError):  # the loop was closed before the store was
                self._loop.call_soon_threadsafe(self._settle)

    def _settle(self) -> None:
        self._called = False  # first, so that what lands from here on calls again
        while self._landed:
            done, waiting = self._landed.popleft()
            if not waiting.done():
                _copy(done, waiting)


def _copy(done: Future[Any], waiting: asyncio.Future[Any]) -> None:
    error = done.exception()
    if error:
        waiting.set_exception(error)
    else:
        waiting.set_result(done.result())
