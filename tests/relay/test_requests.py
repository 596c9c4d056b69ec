"""Live matching equals the plain definition, however events are committed."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proto.filters import predicate
from proto.flow_pb2 import Flow
from proto.observer_pb2 import (
    ExportEvent,
    GetAgentEventsRequest,
    GetDebugEventsRequest,
    GetFlowsRequest,
    GetFlowsResponse,
)
from proto.selection import Selection, select
from proto.timestamps import from_ns
from relay.answers.requests import Query, of_agent_events, of_debug_events, of_flows
from relay.store import Store
from tests.factories import NOON_NS, event, events, filter_lists, lost
from tests.stores import opened, put

BOUNDS = st.none() | st.sampled_from([0, NOON_NS, NOON_NS + 1_000_000]).map(from_ns)
REQUESTS = st.builds(
    GetFlowsRequest,
    follow=st.just(True),
    whitelist=filter_lists(),
    blacklist=filter_lists(),
    since=BOUNDS,
    until=BOUNDS,
)


def follow(store: Store, query: Query, commits: Sequence[Sequence[ExportEvent]]) -> list[bytes]:
    """Store events, some at a time, and give what a follower of the query gets."""
    keep = query.keep(store.dimensions)
    got: list[bytes] = []
    store.on_commit = lambda stored: got.extend(each.event for each in keep(stored))
    for some in commits:
        put(store, *some)
    return got


@settings(max_examples=30)
@given(st.lists(st.lists(events(), max_size=8), max_size=4), REQUESTS)
def test_a_follower_gets_what_the_definition_says(
    commits: list[list[ExportEvent]], request: GetFlowsRequest
) -> None:
    """Also when values come up that no dictionary held when the follower joined."""
    drawn = [each for some in commits for each in some]
    wanted = predicate(request.whitelist, request.blacklist)
    limits = Selection(
        since_ns=Selection.of(request).since_ns, until_ns=Selection.of(request).until_ns
    )
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "palomar.db") as store:
        got = follow(store, of_flows(request), commits)
    assert got == [each.SerializeToString() for each in select(drawn, limits, wanted)]


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        (of_agent_events(GetAgentEventsRequest(follow=True)), "agent_event"),
        (of_debug_events(GetDebugEventsRequest(follow=True)), "debug_event"),
    ],
)
def test_followers_of_events_get_those_alone(tmp_path: Path, query: Query, kind: str) -> None:
    fields: dict[str, Any] = {kind: {}, "node_name": "n"}
    wanted = ExportEvent(**fields)
    others = [ExportEvent(agent_event={}), ExportEvent(debug_event={})]  # type: ignore[arg-type]
    with opened(tmp_path / "palomar.db") as store:
        got = follow(store, query, [[event(), lost(), wanted, *others]])
    assert got[0] == wanted.SerializeToString()
    assert len(got) == 2


def test_a_mask_leaves_the_envelope_whole() -> None:
    told = event(uuid="7").SerializeToString()
    request = GetFlowsRequest()
    request.field_mask.paths.extend(["uuid", "source.namespace", "no.such.field"])
    masked = GetFlowsResponse.FromString(of_flows(request).rendered([told])[0])
    assert masked.flow == Flow(uuid="7", source={"namespace": "cilium-test"})  # type: ignore[arg-type]
    assert (masked.node_name, masked.time) == ("default/node-1", from_ns(NOON_NS))
    loss = lost(3, node_name="n").SerializeToString()
    assert of_flows(request).rendered([loss])[0] == loss


def test_without_a_mask_the_bytes_are_those_that_were_stored() -> None:
    strange = event().SerializeToString() + b"\xfa\xff\x0f\x03new"
    assert of_flows(GetFlowsRequest()).rendered([strange])[0] is strange


def test_a_follow_without_a_beginning_wants_no_history() -> None:
    assert not of_flows(GetFlowsRequest(follow=True)).backlog
    assert of_flows(GetFlowsRequest(follow=True, number=1)).backlog
    assert of_flows(GetFlowsRequest(follow=True, since=from_ns(0))).backlog
    assert of_flows(GetFlowsRequest()).backlog
