"""Synthetic events, quickly: 80 % L3/L4, 12 % HTTP, 8 % DNS, with needles to search for.

Flows are made once as templates without time and uuid; each event is a template with both put in
front, which protobuf allows, since fields may come in any order. So every flow is different, and
making one costs a few microseconds.
"""

import random
from collections.abc import Iterator
from functools import cache

from bench.cast import (
    ADDRESSES_OUTSIDE,
    ENDPOINTS,
    ONE_IN_TEN_THOUSAND,
    ONE_PERCENT,
    Cast,
    cast,
    needle,
)
from proto import flow_pb2, observer_pb2, shadow_pb2
from proto.timestamps import from_ns

TEMPLATES = 40_000
"""Different flows, apart from time and uuid; far more than a block holds: none repeats in one."""

BATCH = 256
"""Events in a message."""

STEP_NS = 1_000_000
"""Time between two flows, in nanoseconds."""

RINGS = {"drop": 39_500, "l7": 196_500, "flow": 752_000, "event": 11_950, "lost": 50}
"""Capacities, a million in all, in proportion to the events made here: all rings fill together."""

OTHER = (1, 2, 3)
"""Which of 250 events are no flows."""

LOSS_EVERY = 240
"""One in so many of the events that are no flows is a loss: 50 in a million. More would hide what
a query costs, for losses are part of every answer."""

_NODE_NAME, _TIME = b"\xc2\x3e", b"\xca\x3e"
"""Tags of the envelope's fields 1000 and 1001."""


def put_ends(flow: flow_pb2.Flow, rng: random.Random, who: Cast) -> None:
    """Draw both ends and their addresses."""
    first, second = rng.choices(range(ENDPOINTS), cum_weights=who.weights, k=2)
    flow.source.CopyFrom(who.endpoints[first])
    flow.destination.CopyFrom(who.endpoints[second])
    flow.IP.source, flow.IP.destination = address(rng, who, first), address(rng, who, second)
    flow.IP.ipVersion = flow_pb2.IPv4


def address(rng: random.Random, who: Cast, number: int) -> str:
    """Give the address of an endpoint; the world has many."""
    if number < len(who.addresses):
        return who.addresses[number]
    return f"203.0.113.{rng.randrange(ADDRESSES_OUTSIDE)}"


def packet(rng: random.Random, who: Cast) -> flow_pb2.Flow:
    """Make a traced or dropped packet; one in twenty is dropped."""
    dropped, is_reply = rng.random() < 0.05, rng.random() < 0.5
    flow = flow_pb2.Flow(
        verdict=flow_pb2.DROPPED if dropped else flow_pb2.FORWARDED,
        Type=flow_pb2.L3_L4,
        node_name=f"default/node-{rng.randrange(1, 9)}",
        event_type=flow_pb2.CiliumEventType(type=1 if dropped else 4, sub_type=133 * dropped),
        traffic_direction=rng.choice((flow_pb2.INGRESS, flow_pb2.EGRESS)),
        trace_observation_point=flow_pb2.UNKNOWN_POINT if dropped else flow_pb2.TO_ENDPOINT,
        drop_reason_desc=flow_pb2.POLICY_DENIED if dropped else flow_pb2.DROP_REASON_UNKNOWN,
    )
    put_ends(flow, rng, who)
    flow.is_reply.value = flow.reply = is_reply
    flow.l4.TCP.source_port = rng.randrange(32_768, 61_000)
    flow.l4.TCP.destination_port = rng.choice((80, 443, 5432, 6379, 8080, 9092))
    flow.l4.TCP.flags.ACK = True
    flow.l4.TCP.flags.PSH = rng.random() < 0.4
    return flow


def request(rng: random.Random, who: Cast, dns: bool) -> flow_pb2.Flow:
    """Make a request or an answer as a proxy sees it."""
    flow = packet(rng, who)
    flow.verdict, flow.drop_reason_desc = flow_pb2.FORWARDED, flow_pb2.DROP_REASON_UNKNOWN
    flow.Type = flow_pb2.L7
    flow.event_type.CopyFrom(flow_pb2.CiliumEventType(type=129))
    flow.trace_observation_point = flow_pb2.UNKNOWN_POINT
    flow.l7.type = flow_pb2.RESPONSE if flow.is_reply.value else flow_pb2.REQUEST
    flow.l7.latency_ns = rng.randrange(10**5, 10**8) if flow.is_reply.value else 0
    if dns:
        flow.l4.UDP.source_port, flow.l4.UDP.destination_port = rng.randrange(32_768, 61_000), 53
        flow.l7.dns.query = rng.choice(who.names)
        flow.l7.dns.qtypes.append("A")
        return flow
    flow.l7.http.method, flow.l7.http.protocol = "GET", "HTTP/1.1"
    flow.l7.http.url = rng.choice(who.urls)
    flow.l7.http.code = rng.choice((200, 200, 200, 404, 503)) if flow.is_reply.value else 0
    flow.l7.http.headers.add(key="User-Agent", value="bench/1.0")
    return flow


@cache
def templates(seed: int) -> list[tuple[bytes, bytes]]:
    """Make the templates: each a flow's bytes and those of the envelope's node name."""
    rng = random.Random(seed)
    who = cast(rng)
    made = []
    for number in range(TEMPLATES):
        kind = rng.random()
        flow = request(rng, who, dns=kind < 0.08) if kind < 0.2 else packet(rng, who)
        if number % 10_000 == 5_000:
            flow.source.CopyFrom(needle(ONE_IN_TEN_THOUSAND))
        elif number % 100 == 0:
            flow.source.CopyFrom(needle(ONE_PERCENT))
        node = flow.node_name.encode()
        made.append((flow.SerializeToString(), _NODE_NAME + bytes([len(node)]) + node))
    return made


def varint(number: int) -> bytes:
    """Encode a length as protobuf does."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def events(seed: int, start_ns: int, step_ns: int = STEP_NS) -> Iterator[bytes]:
    """Give events without end: flows, and 12 in a thousand that are agent events or losses.

    Those of another `start_ns` have other uuids.
    """
    made, rng = templates(seed), random.Random(f"{seed} {start_ns}")
    number = 0
    while True:
        stamp = from_ns(start_ns + number * step_ns).SerializeToString()
        timed = bytes([len(stamp)]) + stamp
        if number % 250 in OTHER:
            yield other(number, timed)
        else:
            plain, node = made[number % TEMPLATES]
            flow = b"\x0a" + timed + b"\x92\x02\x24" + uuid(rng) + plain
            yield b"\x0a" + varint(len(flow)) + flow + node + _TIME + timed
        number += 1


def flows_in(count: int) -> int:
    """Count the flows in so many events from the first on."""
    return sum(number % 250 not in OTHER for number in range(count))


def other(number: int, timed: bytes) -> bytes:
    """Make an agent event, or now and then a loss."""
    event = observer_pb2.ExportEvent(node_name=f"default/node-{number % 8 + 1}")
    if (number // 250 * 3 + number % 250) % LOSS_EVERY:
        event.agent_event.type = flow_pb2.ENDPOINT_CREATED
        event.agent_event.endpoint_update.id = number % 5_000
        event.agent_event.endpoint_update.pod_name = f"service-{number % 250}"
    else:
        event.lost_events.source = flow_pb2.PERF_EVENT_RING_BUFFER
        event.lost_events.num_events_lost = number % 100 + 1
    return event.SerializeToString() + _TIME + timed


def uuid(rng: random.Random) -> bytes:
    """Make a random uuid as text."""
    digits = f"{rng.getrandbits(128):032x}"
    parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    return "-".join(parts).encode()


def requests(
    source: Iterator[bytes], count: int, ordinal: int = 0, batch: int = BATCH
) -> Iterator[bytes]:
    """Pack `count` events as serialized CollectRequests, the first with `ordinal`."""
    for first in range(ordinal, ordinal + count, batch):
        size = min(batch, ordinal + count - first)
        packed = shadow_pb2.RawBatch(ordinal=first, position=str(first + size).encode())
        packed.events.extend(next(source) for _ in range(size))
        yield shadow_pb2.RawRequest(batch=packed).SerializeToString()
