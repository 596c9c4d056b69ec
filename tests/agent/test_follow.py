"""Files that are followed while they grow, are rotated, cut and made anew, with a real relay."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from agent.sources.file import FileSource
from tests.agent.agents import Run, events, multiset, stored
from tests.agent.test_file import lines, write
from tests.relays import running_relay

Follow = Callable[..., Awaitable[None]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "flows.jsonl"


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[str]:
    (tmp_path / "relay").mkdir()
    async with running_relay(tmp_path / "relay") as running:
        yield running.address


async def follow(relay: str, *steps: Callable[[], int], paths: list[Path]) -> Run:
    """Follow files; after each step, which says how many flows there are then, wait for them."""
    sources = [FileSource(path, follow=True) for path in paths]
    running = Run(relay, *sources)
    task = asyncio.ensure_future(running())
    for step in steps:
        await asyncio.wait_for(stored(relay, step()), 20)
    for source in sources:
        source.stop()
    return await task


async def test_what_is_added_comes_and_the_end_is_quiet(relay: str, path: Path) -> None:
    given = events(9)
    write(path, lines(given[:3]))

    def half_a_line() -> int:
        write(path, lines(given[3:7])[:-40], "ab")
        return 6

    def the_rest() -> int:
        write(path, lines(given[3:7])[-40:] + lines(given[7:]), "ab")
        return 9

    done = await follow(relay, lambda: 3, half_a_line, the_rest, paths=[path])
    assert done.status == 0
    assert await stored(relay) == multiset(given)
    assert "skipped" not in done.said[-1]


async def test_rotation_by_renaming(relay: str, path: Path) -> None:
    given = events(30)
    write(path, lines(given[:10]))
    old = path.with_name("flows.jsonl.1")

    def rotate() -> int:
        os.rename(path, old)
        write(old, lines(given[10:15]), "ab")  # the writer has not noticed yet
        return 15

    def renew() -> int:
        write(old, lines(given[15:20])[:-1], "ab")  # without its last newline
        write(path, lines(given[20:]))
        return 30

    await follow(relay, lambda: 10, rotate, renew, paths=[path])
    assert await stored(relay) == multiset(given)


async def test_truncation(relay: str, path: Path) -> None:
    given = events(30)
    write(path, lines(given[:10]))

    def cut() -> int:
        write(path, lines(given[10:15]))  # shorter than before
        return 15

    def cut_again() -> int:
        write(path, lines(given[15:]))  # longer than before, and begins otherwise
        return 30

    await follow(relay, lambda: 10, cut, cut_again, paths=[path])
    assert await stored(relay) == multiset(given)


async def test_removal_and_return(relay: str, path: Path) -> None:
    given = events(20)
    write(path, lines(given[:10]))

    def replace() -> int:
        os.unlink(path)
        write(path, lines(given[10:]))
        return 20

    await follow(relay, lambda: 10, replace, paths=[path])
    assert await stored(relay) == multiset(given)


async def test_several_files_at_once(relay: str, path: Path) -> None:
    given = events(20)
    other = path.with_name("other.jsonl")
    write(path, lines(given[:5]))
    write(other, lines(given[5:10]))

    def both() -> int:
        write(path, lines(given[10:15]), "ab")
        write(other, lines(given[15:]), "ab")
        return 20

    await follow(relay, lambda: 10, both, paths=[path, other])
    assert await stored(relay) == multiset(given)


async def test_a_follow_goes_on_after_a_restart(relay: str, path: Path) -> None:
    given = events(30)
    write(path, lines(given[:10]))
    await follow(relay, lambda: 10, paths=[path])
    os.rename(path, path.with_name("flows.jsonl.1"))
    write(path, lines(given[10:20]))

    def more() -> int:
        write(path, lines(given[20:]), "ab")
        return 30

    await follow(relay, lambda: 20, more, paths=[path])
    assert await stored(relay) == multiset(given)
