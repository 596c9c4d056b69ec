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
    first = time_from(window, low)
    if first is None or ns < first:
        return None
    while low < high:
        middle = (low + high) // 2
        time = time_from(window, middle)
        if time is not None and time < ns:
            low = middle + 1
        else:
            high = middle
    return low


def time_from(window: Window, number: int) -> int | None:
    """Give the time of the flow or loss in a row, or of the next one that has one. That of a
    node's status does not count: it is when the list was opened, above flows that are older.
    """
    for later in range(number, window.end):
        response = GetFlowsResponse.FromString(window[later])
        time = None if response.HasField("node_status") else time_of(response)
        if time is not None:
            return time
    return None


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
