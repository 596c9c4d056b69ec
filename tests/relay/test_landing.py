"""What another thread is done with reaches the event loop, and many results with one call."""

import asyncio
import threading
from concurrent.futures import Future
from typing import Any

import pytest

from relay.services.landing import Landing


def made(count: int) -> list[Future[int]]:
    return [Future() for _ in range(count)]


async def test_many_results_at_once_call_the_loop_once(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, calls = asyncio.get_running_loop(), 0
    call = loop.call_soon_threadsafe

    def counted(*given: Any, **named: Any) -> asyncio.Handle:
        nonlocal calls
        calls += 1
        return call(*given, **named)

    monkeypatch.setattr(loop, "call_soon_threadsafe", counted)
    landing: Landing[int] = Landing()
    done = made(100)
    waiting = [landing.wait(each) for each in done]
    for number, each in enumerate(done):
        each.set_result(number)
    assert await asyncio.gather(*waiting) == list(range(100))
    assert calls == 1


async def test_nothing_is_missed_between_threads() -> None:
    landing: Landing[int] = Landing()
    done = made(5_000)

    def settle() -> None:
        for number, each in enumerate(done):
            each.set_result(number)

    thread = threading.Thread(target=settle)
    waiting = [landing.wait(each) for each in done[:2_500]]
    thread.start()
    waiting += [landing.wait(each) for each in done[2_500:]]
    assert await asyncio.gather(*waiting) == list(range(5_000))
    thread.join()


async def test_what_failed_and_who_left() -> None:
    landing: Landing[int] = Landing()
    failed, left = made(2)
    waiting, gone = landing.wait(failed), landing.wait(left)
    gone.cancel()
    left.set_result(1)
    failed.set_exception(ValueError("full"))
    with pytest.raises(ValueError, match="full"):
        await waiting
    assert gone.cancelled()
