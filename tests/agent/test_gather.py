import threading
from collections.abc import Iterator
from itertools import chain

import pytest

from agent.sources.gather import Gather


def test_what_is_there_comes_in_one_list() -> None:
    batches = list(Gather(iter(range(10)), 4, linger=5))
    assert [*chain(*batches)] == list(range(10))
    assert len(batches) == 3


def test_a_list_does_not_wait_for_long() -> None:
    release = threading.Event()

    def slow() -> Iterator[int]:
        yield 1
        release.wait(10)
        yield 2

    batches = iter(Gather(slow(), 4, linger=0))
    assert next(batches) == [1]
    release.set()
    assert next(batches) == [2]
    assert list(batches) == []


def test_it_reads_only_so_far_ahead() -> None:
    read: list[int] = []
    third = threading.Event()

    def count() -> Iterator[int]:
        for n in range(100):
            read.append(n)
            if n == 3:
                third.set()
            yield n

    gather = Gather(count(), 3, linger=0)
    assert third.wait(10)
    assert len(read) == 4  # three that wait, and the one in hand
    assert [*chain(*gather)] == list(range(100))


def test_an_error_comes_after_what_was_read() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise OSError("gone")

    batches = iter(Gather(broken(), 4))
    assert next(batches) == [1]
    with pytest.raises(OSError, match="gone"):
        next(batches)


def test_leaving_ends_the_thread() -> None:
    ended = threading.Event()

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            ended.set()

    for _ in (batches := iter(Gather(endless(), 4))):
        break
    batches.close()  # type: ignore[attr-defined]
    assert ended.wait(10)
