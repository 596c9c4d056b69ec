from collections.abc import Iterator
from io import BytesIO

import pytest

from observe.printers import printer_for
from observe.printers.style import Style
from observe.show import Show
from observe.streams import Sink
from proto.observer_pb2 import ExportEvent
from tests.factories import event, lost
from tests.hard_events import NODES


class Shown:
    """A show whose streams can be read."""

    def __init__(self, output: str = "compact") -> None:
        self.out, self.err = BytesIO(), BytesIO()
        printer = printer_for(output, Style())
        self.show = Show(output, printer, Sink(self.out), Sink(self.err))


def batches(count: int) -> Iterator[list[ExportEvent]]:
    """Give batches of two flows and a loss, and fail after so many."""
    for _ in range(count):
        yield [event(), lost(), event()]
    pytest.fail("one batch too many was asked for")


@pytest.mark.parametrize(("most", "read", "lines"), [(1, 1, 1), (2, 1, 3), (3, 2, 4), (4, 2, 6)])
def test_it_stops_after_so_many_flows_and_asks_for_no_more(
    most: int, read: int, lines: int
) -> None:
    shown = Shown()
    shown.show.run(batches(read), most)
    assert shown.show.shown == most
    assert shown.out.getvalue().count(b"\n") == lines


def test_losses_are_not_counted() -> None:
    shown = Shown()
    shown.show.run([[lost(), event(), lost()]])
    assert shown.show.shown == 1


def test_it_remembers_which_nodes_are_missing() -> None:
    shown = Shown()
    shown.show.run([[NODES[1]]])
    assert len(shown.show.missing) == 9
    back = ExportEvent()
    back.CopyFrom(NODES[0])
    back.node_status.node_names[:] = ["node-number-3"]
    shown.show.run([[back]])
    assert len(shown.show.missing) == 8
    assert not shown.show.failed
    shown.show.run([[NODES[3]]])
    assert shown.show.failed


def test_an_answer_of_a_kind_that_is_not_known_is_left_out() -> None:
    shown = Shown()
    shown.show.run([[ExportEvent(node_name="n")]])
    assert shown.out.getvalue() == shown.err.getvalue() == b""


def test_what_was_held_back_comes_at_the_end() -> None:
    shown = Shown("table")
    shown.show.run([[event()]])
    assert shown.out.getvalue() == b""
    shown.show.close()
    assert shown.out.getvalue().count(b"\n") == 2
