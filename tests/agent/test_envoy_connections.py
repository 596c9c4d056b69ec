"""Connections that were told of already: known for a while, never too many."""

from agent.sources.envoy.connections import Connections


def test_a_connection_is_new_once() -> None:
    known = Connections(clock=lambda: 0.0)
    assert [known.is_new(port) for port in (1, 2, 1, 2, 3)] == [True, True, False, False, True]


def test_a_port_that_was_idle_for_long_is_another_connection() -> None:
    now = [0.0]
    known = Connections(idle=60, clock=lambda: now[0])
    found = []
    for now[0] in (0.0, 59.0, 118.0, 178.0):
        found.append(known.is_new("a"))
    assert found == [True, False, False, True]


def test_memory_is_bounded_and_what_it_forgets_is_counted() -> None:
    now = [0.0]
    known = Connections(most=3, idle=60, clock=lambda: now[0])
    for port in range(5):
        assert known.is_new(port)
    assert (len(known), known.forgotten) == (3, 2)
    now[0] = 100.0
    assert known.is_new(5)
    assert (len(known), known.forgotten) == (3, 2)
