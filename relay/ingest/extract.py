"""Reads the columns of a ring from events: each column over all of them at once.

Parts that repeat (endpoints, services, names) are looked up as bytes, unparsed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from proto import flow_pb2, shadow_pb2
from relay.ingest import single
from relay.ingest.layouts import (
    ADDRESSES,
    DNS,
    ENVELOPE,
    EVENT_TYPE,
    FLAGS,
    FLOW_FIELDS,
    HTTP,
    LAYER4,
    LAYER7,
    PORTS,
    RECORDS,
    REPLY,
    TCP_FLAGS,
    TIME,
    TRANSPORTS,
    WITH_PORTS,
)
from relay.ingest.single import INT64, clamp, host_of
from relay.ingest.wire import Content, Fields, Layout, scan
from relay.rings.classes import DROP, FLOW, KINDS, L7, RING_OF_KIND, VERDICTS
from relay.rings.columns import INDEXED, MAX_CODE, NO_TIME, UNKNOWN, Bools, Ints, Table
from relay.rings.dimensions import Dimensions

FAR_SECONDS = 9_200_000_000
"""Times of so many seconds are put into 64 bits with care."""

FEW = 250
"""So many events are read one by one: looking for fields in many at once costs as much for one as
for a hundred."""


class Extracted(NamedTuple):
    """What events are indexed by: their rings, their own times (NO_TIME: there is none), and the
    columns INDEXED."""

    rings: Ints
    times: Ints
    columns: Table

    def table(self, first_seq: int, now_ns: int, latest_ns: int) -> Table:
        """Give all columns of events that arrive now. One without a time, or with one after
        `latest_ns`, is sorted by its arrival."""
        times = self.times
        lacking = times == NO_TIME
        orders = np.where(lacking | (times > latest_ns), now_ns, times)
        skews = np.where(lacking, NO_TIME, times - orders)
        seqs = np.arange(first_seq, first_seq + len(times))
        lags = (now_ns - orders) // 1_000_000
        return np.concatenate([np.stack([seqs, orders, skews, lags]), self.columns])


def extract(events: Sequence[bytes], dimensions: Dimensions) -> Extracted:
    """Read events that protobuf can parse; new values get their ids here."""
    if len(events) <= FEW:
        return _one_by_one(events, dimensions)
    reader = Reader(events, dimensions)
    found = reader.read()
    odd = np.flatnonzero(reader.odd)
    if len(odd):
        again = _one_by_one([events[place] for place in odd.tolist()], dimensions)
        for into, row in zip(found, again, strict=True):
            into[..., odd] = row
    return found


def _one_by_one(events: Sequence[bytes], dimensions: Dimensions) -> Extracted:
    reader = single.Reader(dimensions)
    read = [reader.read(event) for event in events]
    rings, times, rows = zip(*read, strict=True) if read else ((), (), ())
    columns = np.array(rows, np.int64).reshape(len(events), len(INDEXED)).T[single.ORDER]
    return Extracted(np.array(rings, np.int64), np.array(times, np.int64), columns)


class Reader:
    """Reads some events. What is found of those that are `odd` afterwards is not to be used."""

    def __init__(self, events: Sequence[bytes], dimensions: Dimensions) -> None:
        self._dimensions = dimensions
        self._count = len(events)
        self._content = Content.of(events)
        lengths = np.fromiter(map(len, events), np.int64, self._count)
        self.odd = np.zeros(self._count, np.bool_)
        self._envelope = self._scan((lengths.cumsum() - lengths, lengths), ENVELOPE)
        self._flow = self._scan(self._envelope.spans("flow"), FLOW_FIELDS)

    def read(self) -> Extracted:
        """Read everything."""
        columns = {
            "kind": self._one_of(self._envelope, KINDS),
            "verdict": self._flow.numbers("verdict", 32),
            "drop_reason": self._flow.numbers("drop_reason_desc", 32),
            "direction": self._flow.numbers("traffic_direction", 32),
            "denied_by": self._listed("policy", self._denied(), single.policies),
            **self._ends(),
            **self._transport(),
            **self._event_type(),
            **self._layer7(),
        }
        return Extracted(
            self._rings(columns["kind"], columns["verdict"]),
            self._times(),
            np.stack([columns[column.name] for column in INDEXED]),
        )

    def _scan(self, spans: tuple[Ints, Ints], layout: Layout, digits: int = 3) -> Fields:
        begin, length = spans
        found = scan(self._content, (begin, np.where(self.odd, 0, length)), layout, digits)
        self.odd |= found.odd
        return found

    def _one_of(self, fields: Fields, numbers: dict[str, int]) -> Ints:
        """Say which field of a oneof there is, 0 for none; several are odd."""
        present = np.stack([fields.present(name) for name in numbers])
        self.odd |= present.sum(axis=0) > 1
        found: Ints = np.array([*numbers.values()]) @ present
        return found

    def _denied(self) -> Bools:
        """Say which flows were dropped, and name a policy that did it."""
        named = self._flow.present("egress_denied_by") | self._flow.present("ingress_denied_by")
        dropped: Bools = self._flow.numbers("verdict", 32) == flow_pb2.DROPPED
        return named & dropped

    def _rings(self, kinds: Ints, verdicts: Ints) -> Ints:
        rings = np.where(self._flow.present("l7"), L7, FLOW)
        rings[np.isin(verdicts, [*VERDICTS])] = DROP
        for name, ring in RING_OF_KIND.items():
            rings[kinds == KINDS[name]] = ring
        return rings

    def _times(self) -> Ints:
        """Give the flow's time, else the envelope's; NO_TIME where there is none."""
        begin, length = (
            np.where(self._flow.present("time"), own, outer)
            for own, outer in zip(
                self._flow.spans("time"), self._envelope.spans("time"), strict=True
            )
        )
        found = self._scan((begin, length), TIME, digits=5)
        seconds, nanos = found.numbers("seconds"), found.numbers("nanos", 32)
        times = seconds * 1_000_000_000 + nanos
        for place in np.flatnonzero((seconds > FAR_SECONDS) | (seconds < -FAR_SECONDS)).tolist():
            times[place] = clamp(int(seconds[place]) * 1_000_000_000 + int(nanos[place]))
        times[begin == 0] = NO_TIME
        return times

    def _ids(
        self,
        name: str,
        spans: tuple[Ints, Ints],
        read: Callable[[bytes], bytes] | None = None,
    ) -> Ints:
        """Look up values, or what is read from them, in a dictionary; one that is empty or not
        there has 0."""
        begin, length = spans
        ids = np.zeros(self._count, np.int64)
        who = np.flatnonzero(np.where(self.odd, 0, length))
        if len(who):
            data, dimension, first = self._content.data, self._dimensions[name], begin[who]
            ends = zip(first.tolist(), (first + length[who]).tolist(), strict=True)
            if read:
                ids[who] = [dimension[read(data[start:end])] for start, end in ends]
            else:
                ids[who] = [dimension[data[start:end]] for start, end in ends]
        return ids

    def _listed(self, name: str, wanted: Bools, read: Callable[[shadow_pb2.Flow], bytes]) -> Ints:
        """Look up what repeated fields come to, for the few flows that have any."""
        ids = np.zeros(self._count, np.int64)
        data, dimension = self._content.data, self._dimensions[name]
        begin, length = self._envelope.spans("flow")
        for place in np.flatnonzero(wanted & ~self.odd).tolist():
            start = int(begin[place])
            flow = shadow_pb2.Flow.FromString(data[start : start + int(length[place])])
            ids[place] = dimension[read(flow)]
        return ids

    def _ends(self) -> dict[str, Ints]:
        addresses = self._scan(self._flow.spans("IP"), ADDRESSES)
        spans, present = self._flow.spans, self._flow.present
        return {
            "source": self._ids("endpoint", spans("source")),
            "destination": self._ids("endpoint", spans("destination")),
            "source_ip": self._ids("address", addresses.spans("source")),
            "destination_ip": self._ids("address", addresses.spans("destination")),
            "source_ip_xlated": self._ids("address", addresses.spans("source_xlated")),
            "ip_version": addresses.numbers("ipVersion", 32),
            "source_service": self._ids("service", spans("source_service")),
            "destination_service": self._ids("service", spans("destination_service")),
            "source_names": self._listed(
                "names", present("source_names"), lambda flow: single.names(flow.source_names)
            ),
            "destination_names": self._listed(
                "names", present("destination_names"), lambda f: single.names(f.destination_names)
            ),
            "node_name": self._ids("node", spans("node_name")),
        }

    def _transport(self) -> dict[str, Ints]:
        layer4 = self._scan(self._flow.spans("l4"), LAYER4)
        protocols = self._one_of(layer4, TRANSPORTS)
        with_ports = np.isin(protocols, [TRANSPORTS[name] for name in WITH_PORTS])
        begin, length = (sum(each) for each in zip(*map(layer4.spans, WITH_PORTS), strict=True))
        ports = self._scan((begin, length), PORTS)
        flags = self._scan(ports.spans("flags"), TCP_FLAGS)
        bits = sum((flags.numbers(name) != 0) << bit for bit, name in enumerate(FLAGS))
        flagged = ports.present("flags") & (protocols == TRANSPORTS["TCP"])
        return {
            "protocol": protocols,
            "source_port": np.where(with_ports, ports.numbers("source_port") & 0xFFFF, UNKNOWN),
            "destination_port": np.where(
                with_ports, ports.numbers("destination_port") & 0xFFFF, UNKNOWN
            ),
            "tcp_flags": np.where(flagged, bits, UNKNOWN),
        }

    def _event_type(self) -> dict[str, Ints]:
        known = self._flow.present("event_type")
        found = self._scan(self._flow.spans("event_type"), EVENT_TYPE)
        replies = self._scan(self._flow.spans("is_reply"), REPLY).numbers("value") != 0
        return {
            "event_type": np.where(known, found.numbers("type", 32), UNKNOWN),
            "sub_type": np.where(known, found.numbers("sub_type", 32), UNKNOWN),
            "is_reply": np.where(self._flow.present("is_reply"), replies, UNKNOWN),
        }

    def _layer7(self) -> dict[str, Ints]:
        layer7 = self._scan(self._flow.spans("l7"), LAYER7, digits=5)
        http, dns = self._scan(layer7.spans("http"), HTTP), self._scan(layer7.spans("dns"), DNS)
        latency, records = layer7.numbers("latency_ns"), self._one_of(layer7, RECORDS)
        return {
            "record": np.where(self._flow.present("l7") & (records == 0), UNKNOWN, records),
            "l7_type": layer7.numbers("type", 32),
            "latency_ns": np.where(latency < 0, INT64[1], latency),
            "http_code": np.minimum(http.numbers("code") & 0xFFFFFFFF, MAX_CODE),
            "http_method": self._ids("method", http.spans("method")),
            "http_url": self._ids("url", http.spans("url")),
            "http_host": self._ids("host", http.spans("url"), host_of),
            "dns_query": self._ids("query", dns.spans("query")),
            "dns_rcode": np.where(
                layer7.present("dns"), dns.numbers("rcode") & 0xFFFFFFFF, UNKNOWN
            ),
        }
