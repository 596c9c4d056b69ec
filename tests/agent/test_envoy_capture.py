"""What real Envoys sent: each entry, and the flows that it became.

The captures are of Envoy 1.40, with the lists of extensions taken out of the identifiers.
"""

import pytest

from agent.sources.envoy.directory import Directory
from agent.sources.envoy.entries import Message, Teller
from proto.flow_pb2 import RESPONSE, Flow
from proto.observer_pb2 import ExportEvent
from tests import golden
from tests.agent.accesslogs import captured, lines

NAMES = ("capture.raw", "capture-buffered.raw")


def flows(name: str) -> list[Flow]:
    teller = Teller(Directory(None))
    events = [e for raw in captured(name) for e in teller.events(Message(b"node-a", raw))]
    assert teller.tally.entries == 10
    assert not teller.tally.refused + teller.tally.interim
    return [ExportEvent.FromString(event).flow for event in events]


@pytest.mark.parametrize("name", NAMES)
def test_each_entry_becomes_flows(name: str) -> None:
    printed = "\n".join(lines(flows(name))) + "\n"
    golden.check(f"envoy/{name.replace('.raw', '.txt')}", printed.encode())


@pytest.mark.parametrize("name", NAMES)
def test_what_is_kept_of_requests(name: str) -> None:
    responses = [f for f in flows(name) if f.l7.type == RESPONSE]
    assert [f.l7.http.code for f in responses] == [200, 200, 404, 500, 200, 403, 503, 200, 200]
    slow = next(f for f in responses if f.l7.http.url.endswith("/slow"))
    assert 300_000_000 < slow.l7.latency_ns < 400_000_000
    assert slow.trace_context.parent.trace_id == "0af7651916cd43dd8448eb211c80319c"
    assert {f.node_name for f in responses} == {"node-a"}
    requests = [f for f in flows(name) if f.l7.http.url and f.l7.type != RESPONSE]
    for request in requests:
        headers = {header.key: header.value for header in request.l7.http.headers}
        assert headers["User-Agent"] == "curl/7.88.1"
        assert len(headers["X-Request-Id"]) == 36


@pytest.mark.parametrize("name", NAMES)
def test_what_the_log_does_not_say_is_left_out(name: str) -> None:
    for flow in flows(name):
        assert not flow.l4.TCP.HasField("flags")
        assert not flow.HasField("ethernet")
        assert flow.emitter.name == "palomar agent envoy"
        assert not flow.source.identity
        assert flow.traffic_direction == 0
