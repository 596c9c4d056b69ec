"""The bound on bytes under way."""

import asyncio

import pytest

from relay.services.gate import Gate


async def test_who_finds_no_room_waits_in_line() -> None:
    gate, order = Gate(10), []

    async def pass_through(size: int) -> None:
        await gate.enter(size)
        order.append(size)

    await pass_through(6)
    tasks = [asyncio.create_task(pass_through(size)) for size in (7, 1)]
    await asyncio.sleep(0)
    assert order == [6]
    gate.leave(6)
    await asyncio.gather(*tasks)
    assert order == [6, 7, 1]
    assert gate.under_way == 8


async def test_one_that_is_larger_than_all_the_room_passes_alone() -> None:
    gate = Gate(10)
    await gate.enter(3)
    giant = asyncio.create_task(gate.enter(99))
    await asyncio.sleep(0)
    assert not giant.done()
    gate.leave(3)
    await giant
    gate.leave(99)
    assert gate.under_way == 0


async def test_who_gives_up_takes_no_room() -> None:
    gate = Gate(10)
    await gate.enter(10)
    impatient = asyncio.create_task(gate.enter(5))
    patient = asyncio.create_task(gate.enter(6))
    await asyncio.sleep(0)
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    gate.leave(10)
    await patient
    assert gate.under_way == 6


async def test_who_gives_up_when_it_was_let_in_makes_room_again() -> None:
    gate = Gate(10)
    await gate.enter(10)
    waiting = asyncio.create_task(gate.enter(5))
    await asyncio.sleep(0)
    gate.leave(10)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert gate.under_way == 0
