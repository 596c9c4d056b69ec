"""Reads columns of all that is wanted, many blocks at once, the newest blocks first: for counting,
which needs no order and hardly ever an event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from operator import attrgetter
from threading import Event
from typing import NamedTuple

import numpy as np

from proto.flow_pb2 import Flow
from proto.observer_pb2 import ExportEvent
from relay.file.connections import Readers
from relay.history.fetch import Fetch
from relay.history.plan import READ, Part
from relay.rings.columns import Columns, Ints

Keep = Callable[[Flow], bool] | None
"""What decides where columns do not."""


class Scanned(NamedTuple):
    """Columns of what is wanted of some blocks, and the latest order time that blocks not looked at
    yet may hold: None at the end."""

    columns: list[Columns]
    rest_ns: int | None


def scan(
    readers: Readers,
    fetch: Fetch,
    parts: Sequence[Part],
    keep: Keep,
    names: Sequence[str],
    stop: Event,
) -> Iterator[Scanned]:
    """Give the columns of what is wanted, and kept."""
    stretches = sorted(chain(*(part.stretches(-1) for part in parts)), key=attrgetter("low"))
    for start in range(0, len(stretches), READ):
        if stop.is_set():
            return
        blocks: defaultdict[Part, list[int | None]] = defaultdict(list)
        for stretch in stretches[start : start + READ]:
            blocks[stretch.part].append(stretch.block)
        with readers.borrow() as connection:
            wanted = [(part, *part.wanted(connection, blocks[part], names)) for part in blocks]
        rest = stretches[start + READ : start + READ + 1]
        yield Scanned(
            [_kept(fetch, *each, keep) for each in wanted if len(each[2])],
            -rest[0].low if rest else None,
        )


def _kept(fetch: Fetch, part: Part, columns: Columns, ids: Ints, keep: Keep) -> Columns:
    """Leave out what the filters do not keep, and what is gone."""
    if keep is None:
        return columns
    seqs = columns["seq"]
    places = np.stack([columns["order_ns"], seqs, np.full(len(ids), part.ring.number), ids])
    parse = ExportEvent.FromString
    kept = [e.seq for e in fetch.events(places, 1) if keep(parse(e.event).flow)]
    wanted = np.isin(seqs, kept)
    return {name: values[wanted] for name, values in columns.items()}
