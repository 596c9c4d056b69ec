"""The clients that scripts use: they ask with the words of the command line.

    client.flows(pod="shop/cart", verdict=["DROPPED", "ERROR"], since="1h", exclude={"port": 53})
    client.top(by=["server.workload", "http_code"], order="errors", since="1h", namespace="shop")

A filter is named as its flag is, with `_` for `-`. Several values are alternatives; `True` is for
flags that stand alone. `exclude` leaves out what all of its filters match; given several times, in
a list, what any of them leaves out.
"""

import time
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping, Sequence
from contextlib import aclosing, closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from click import UsageError

from observe.aggregating import of_server, of_server_async
from observe.flag_table import FLAGS
from observe.flags import parse_filters
from observe.request import Wanted, flows_request
from observe.times import parse_time
from observe.top.choices import DEFAULT_LIMIT, ORDERS, TALKERS
from observe.top.model import Top
from proto import aclient, client
from proto.aggregate_pb2 import AggregateRequest, Order, Question
from proto.aggregates.asked import MOST_GROUPS, about
from proto.flow_pb2 import Flow, FlowFilter
from proto.observer_pb2 import GetFlowsRequest, GetFlowsResponse
from proto.selection import EVERYTHING
from proto.server import Say

Value = str | int | bool | Sequence[str | int]
"""What a filter looks for: one value, or several of which one must match."""

Moment = str | datetime | timedelta
"""A time: as typed (`1h`, `2026-10-13T16:35:01Z`), a datetime, or how long ago."""

Filters = Mapping[str, Value]
"""Filters by name."""

NAMES = frozenset(name for flag in FLAGS for name in flag.names)


def request(
    *,
    first: int = 0,
    last: int = 0,
    follow: bool = False,
    since: Moment | None = None,
    until: Moment | None = None,
    exclude: Filters | Sequence[Filters] = (),
    **filters: Value,
) -> GetFlowsRequest:
    """Make the request for flows: everything stored where nothing says less.

    Raise ValueError for a value that makes no sense, TypeError for a filter that does not exist.
    """
    now_ns = time.time_ns()
    wanted = Wanted(
        first=_number("first", first),
        last=_number("last", last),
        follow=follow,
        since_ns=None if since is None else _moment(since, now_ns),
        until_ns=None if until is None else _moment(until, now_ns),
    )
    excluded = [exclude] if isinstance(exclude, Mapping) else exclude
    deny = [found for each in excluded for found in _filters(each)]
    return flows_request(wanted, _filters(filters), deny, default=EVERYTHING)


def question(
    *,
    by: str | Sequence[str] = TALKERS,
    order: str = "flows",
    limit: int = DEFAULT_LIMIT,
    **asked: Any,
) -> tuple[tuple[str, ...], AggregateRequest]:
    """Make the request for a ranking by dimensions, and give these; `asked` is the range and the
    filters, as `request` takes them.

    Raise ValueError for a value that makes no sense, TypeError for a filter that does not exist.
    """
    if order not in ORDERS:
        raise ValueError(f"order: {order!r} is none of {', '.join(ORDERS)}")
    if not 1 <= limit <= MOST_GROUPS:
        raise ValueError(f"limit: {limit!r} is not between 1 and {MOST_GROUPS:,}")
    if wrong := {"first", "last", "follow"} & asked.keys():
        raise TypeError(f"{min(wrong)} is for flows, not for counts")
    flows = request(**asked)
    names = (by,) if isinstance(by, str) else tuple(by)
    place = Order.Value(order.upper())
    return names, about(flows, [Question(by=names, order=place, limit=limit, latency=True)])


def _filters(named: Mapping[str, Value]) -> list[FlowFilter]:
    try:
        return parse_filters(list(_typed(named)))[0]
    except UsageError as error:
        raise ValueError(error.format_message()) from None


def _typed(filters: Mapping[str, Value]) -> Iterator[str]:
    """Write filters as they would be typed."""
    for name, value in filters.items():
        flag = f"--{name.replace('_', '-')}"
        if flag not in NAMES:
            raise TypeError(f"there is no filter {name!r}")
        values = [value] if isinstance(value, str | int) else value
        yield from (f"{flag}={each}" for each in values)


def _number(name: str, given: int) -> int:
    """Take a number of flows as the API can carry it."""
    if not isinstance(given, int) or not 0 <= given <= EVERYTHING:
        raise ValueError(f"{name}: {given!r} is not a number of flows")
    return given


def _moment(given: Moment, now_ns: int) -> int:
    """Give a time in nanoseconds since 1970; a datetime without a zone is local."""
    if isinstance(given, str):
        return parse_time(given, now_ns, zone=None)
    if isinstance(given, timedelta):
        return now_ns - given // timedelta(microseconds=1) * 1000
    since_1970 = given.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return since_1970 // timedelta(microseconds=1) * 1000


class _Losses:
    """Counts what was lost, and lets the flows through."""

    lost = 0
    """Flows of what was read that the server says were lost."""

    def _flows_of(self, batch: Sequence[GetFlowsResponse]) -> Iterator[Flow]:
        for answer in batch:
            self.lost += answer.lost_events.num_events_lost
            if answer.HasField("flow"):
                yield answer.flow


class Client(_Losses, client.Client):
    """A client as `proto.client.Client`, that knows the filters by name."""

    def flows(self, *, on_reconnect: Say | None = None, **asked: Any) -> Generator[Flow]:
        """Read flows one by one; `asked` is what `request` takes.

        A follow reconnects, tells `on_reconnect` so, and goes on until it is closed.
        """
        batches = self.responses(request(**asked), on_reconnect=on_reconnect)
        return self._each(batches, _stop(asked))

    def top(self, **asked: Any) -> Top:
        """Count flows by dimensions; `asked` is what `question` takes."""
        by, made = question(**asked)
        return Top.of(by, of_server(self, made))

    def _each(
        self, batches: Generator[list[GetFlowsResponse]], stop: int | None
    ) -> Generator[Flow]:
        with closing(batches):
            flows = (flow for batch in batches for flow in self._flows_of(batch))
            yield from islice(flows, stop)


class AsyncClient(_Losses, aclient.AsyncClient):
    """A client as `proto.aclient.AsyncClient`, that knows the filters by name."""

    def flows(self, *, on_reconnect: Say | None = None, **asked: Any) -> AsyncGenerator[Flow]:
        """Read flows as `Client.flows` does."""
        batches = self.responses(request(**asked), on_reconnect=on_reconnect)
        return self._each(batches, _stop(asked))

    async def top(self, **asked: Any) -> Top:
        """Count flows as `Client.top` does."""
        by, made = question(**asked)
        return Top.of(by, await of_server_async(self, made))

    async def _each(
        self, batches: AsyncGenerator[list[GetFlowsResponse]], stop: int | None
    ) -> AsyncGenerator[Flow]:
        given = 0
        async with aclosing(batches):
            async for batch in batches:
                for flow in self._flows_of(batch):
                    yield flow
                    given += 1
                    if given == stop:
                        return


def _stop(asked: Mapping[str, Any]) -> int | None:
    """Give the number of flows that end a follow: the API cannot count them."""
    return asked.get("first") or None if asked.get("follow") else None
