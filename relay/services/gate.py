"""A bound on the bytes that may be under way at a time."""

import asyncio
from collections import deque


class Gate:
    """Lets bytes pass until `room` of them are under way; who comes then waits in line.

    For one event loop.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._line: deque[tuple[int, asyncio.Future[None]]] = deque()
        self.under_way = 0

    async def enter(self, size: int) -> None:
        """Wait until there is room; one that is larger than all the room passes alone."""
        if not self._line and self._fits(size):
            self.under_way += size
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append((size, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave(size)
            raise

    def leave(self, size: int) -> None:
        """Make room again."""
        self.under_way -= size
        while self._line:
            waiting, turn = self._line[0]
            if not turn.cancelled():
                if not self._fits(waiting):
                    return
                self.under_way += waiting
                turn.set_result(None)
            self._line.popleft()

    def _fits(self, size: int) -> bool:
        return self.under_way == 0 or self.under_way + size <= self._room
