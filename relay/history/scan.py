"""Reads columns of all that is wanted, many blocks at once, the newest blocks first: for counting,
which needs no order and hardly ever an event."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from operator import attrgetter
from threading import Event

import numpy as np

from proto.flow_pb2 import Flow
from proto.observer_pb2 import ExportEvent
from relay.file.connections import Readers
from relay.history.fetch import Fetch
from relay.history.plan import READ, Part
from relay.rings.columns import Columns, Ints

Keep = Callable[[Flow], bool] | None
"""What decides where columns do not."""


def scan(
    readers: Readers,
    fetch: Fetch,
    parts: Sequence[Part],
    keep: Keep,
    names: Sequence[str],
    stop: Event,
) -> Iterator[Columns]:
    """Give the columns of what is wanted, and kept."""
    stretches = heapq.merge(*(part.stretches(-1) for part in parts), key=attrgetter("low"))
    while (taken := list(islice(stretches, READ))) and not stop.is_set():
        blocks: defaultdict[Part, list[int | None]] = defaultdict(list)
        for stretch in taken:
            blocks[stretch.part].append(stretch.block)
        for part, mine in blocks.items():
            with readers.borrow() as connection:
                columns, ids = part.wanted(connection, mine, names)
            if len(ids):
                yield columns if keep is None else _kept(fetch, part, columns, ids, keep)


def _kept(
    fetch: Fetch, part: Part, columns: Columns, ids: Ints, keep: Callable[[Flow], bool]
) -> Columns:
    """Leave out what the filters do not keep, and what is gone."""
    seqs = columns["seq"]
    places = np.stack([columns["order_ns"], seqs, np.full(len(ids), part.ring.number), ids])
    parse = ExportEvent.FromString
    kept = [e.seq for e in fetch.events(places, 1) if keep(parse(e.event).flow)]
    wanted = np.isin(seqs, kept)
    return {name: values[wanted] for name, values in columns.items()}
