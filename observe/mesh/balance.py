"""How requests were shared between backends, counted from the relay's history."""

from collections import Counter

from proto.client import Client
from proto.event_types import TRACE, TRACE_POINTS
from proto.flow_pb2 import EventTypeFilter, FlowFilter
from proto.observer_pb2 import GetFlowsRequest
from proto.timestamps import from_ns

PATIENCE_NS = 20 * 10**9
"""How long after a first request the log of the last is waited for."""


def shared(address: str, pod: str, since_ns: int, number: int) -> Counter[str]:
    """Count requests of a pod since a time by the pods that a proxy sent them on to.

    Wait for a while until there are so many: logs come a moment after what they tell of.
    """
    seen = EventTypeFilter(type=TRACE, match_sub_type=True, sub_type=TRACE_POINTS["from-proxy"])
    wanted = FlowFilter(source_pod=[pod], event_type=[seen])
    request = GetFlowsRequest(
        since=from_ns(since_ns),
        until=from_ns(since_ns + PATIENCE_NS),
        whitelist=[wanted],
        follow=True,
    )
    found: Counter[str] = Counter()
    with Client(address) as client:
        for batch in client.responses(request):
            found.update(r.flow.destination.pod_name for r in batch if r.HasField("flow"))
            if found.total() >= number:
                break
    return found
