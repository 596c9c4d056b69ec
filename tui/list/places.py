"""Places in the window that are looked for: a time, or the next flow that did not get through."""

from proto.flow_pb2 import Flow
from proto.observer_pb2 import GetFlowsResponse
from proto.reading import time_of
from tui.list.cells import BAD
from tui.list.window import Row, Window


def at_time(window: Window, ns: int) -> int | None:
    """Give the number of the first row from a time on, in nanoseconds since 1970; None where it
    lies before the first row, or no row tells a time. Rows are taken to be in order.
    """
    low, high = window.first, window.end
    first = _time(window, low)
    if first is None or ns < first:
        return None
    while low < high:
        middle = (low + high) // 2
        time = _time(window, middle)
        if time is not None and time < ns:
            low = middle + 1
        else:
            high = middle
    return low


def next_failure(window: Window, number: int, step: int) -> int | None:
    """Give the number of the next row after `number`, or before it where `step` is -1, of a flow
    that was dropped or failed, or of a loss.
    """
    number += step
    while window.first <= number < window.end:
        if _failed(window[number]):
            return number
        number += step
    return None


def _failed(row: Row) -> bool:
    response = GetFlowsResponse.FromString(row)
    return response.HasField("lost_events") or _bad(response.flow)


def _bad(flow: Flow) -> bool:
    return flow.verdict in BAD


def _time(window: Window, number: int) -> int | None:
    """Give the time of a row, or of the next one that has one."""
    for later in range(number, window.end):
        time = time_of(GetFlowsResponse.FromString(window[later]))
        if time is not None:
            return time
    return None
