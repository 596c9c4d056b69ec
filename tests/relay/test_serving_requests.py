"""What Hubble's own CLI asks for, request by request."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.timestamp_pb2 import Timestamp

from proto import flow_pb2
from proto.fieldmask import keep
from proto.filters import predicate
from proto.observer_pb2 import (
    ExportEvent,
    GetAgentEventsRequest,
    GetAgentEventsResponse,
    GetDebugEventsRequest,
    GetDebugEventsResponse,
    GetFlowsRequest,
    GetFlowsResponse,
)
from proto.observer_pb2_grpc import ObserverStub
from proto.selection import Selection, select
from proto.timestamps import from_ns
from tests.factories import event
from tests.relays import connected, store

pytestmark = pytest.mark.usefixtures("door")

TOLD = Path(__file__).parents[1] / "data" / "hubble_requests.jsonl"
FIRST = Timestamp()
FIRST.FromJsonString("2026-10-13T16:35:01Z")
FIRST_NS = FIRST.ToNanoseconds()
REQUESTS = {
    "GetFlows": GetFlowsRequest,
    "GetAgentEvents": GetAgentEventsRequest,
    "GetDebugEvents": GetDebugEventsRequest,
}


def recorded() -> list[ExportEvent]:
    """Make events of three seconds, of every kind, with flows for each filter of the requests."""
    made = []
    for number in range(300):
        at = from_ns(FIRST_NS + number * 10_000_000)
        made.append(
            event(
                time=at,
                uuid=str(number),
                node_name=f"node-{number % 2}",
                verdict=(flow_pb2.FORWARDED, flow_pb2.DROPPED)[number % 7 == 0],
                source={"namespace": ("shop", "default", "a")[number % 3], "pod_name": "a-1"},
                l4={"TCP": {"source_port": 40000, "destination_port": (80, 53)[number % 5 == 0]}},
                extensions={"value": b"kept"},
            )
        )
    for number in range(30):
        at = from_ns(FIRST_NS + number)
        agent, debug = (
            flow_pb2.AgentEvent(type=flow_pb2.AGENT_STARTED),
            flow_pb2.DebugEvent(source=flow_pb2.Endpoint(ID=number)),
        )
        made.append(ExportEvent(agent_event=agent, node_name="node-0", time=at))
        made.append(ExportEvent(debug_event=debug, node_name="node-0", time=at))
    return made


def flows_of(events: list[ExportEvent]) -> list[GetFlowsResponse]:
    kinds = ("flow", "lost_events")
    chosen = [e for e in events if e.WhichOneof("response_types") in kinds]
    return [GetFlowsResponse.FromString(e.SerializeToString()) for e in chosen]


def calls() -> Iterator[Any]:
    for line in TOLD.read_text().splitlines():
        row = json.loads(line)
        for call in row["calls"]:
            yield pytest.param(call["method"], call["request"], id=" ".join(row["argv"]))


def request_of(method: str, told: dict[str, Any]) -> Any:
    """Read a recorded request; masks by hand, for protobuf's JSON knows no path with capitals."""
    paths = told.pop("field_mask", {}).get("paths", ())
    request = json_format.ParseDict(told, REQUESTS[method]())
    if isinstance(request, GetFlowsRequest):
        request.field_mask.paths.extend(paths)
    return request


def expected(request: Any, events: list[ExportEvent]) -> list[Any]:
    """Say what the answer must be, by the definition of selections, filters and masks."""
    selection = Selection.of(request)
    if isinstance(request, GetAgentEventsRequest):
        chosen = select([e for e in events if e.HasField("agent_event")], selection)
        return [
            GetAgentEventsResponse(agent_event=e.agent_event, node_name=e.node_name, time=e.time)
            for e in chosen
        ]
    if isinstance(request, GetDebugEventsRequest):
        chosen = select([e for e in events if e.HasField("debug_event")], selection)
        return [
            GetDebugEventsResponse(debug_event=e.debug_event, node_name=e.node_name, time=e.time)
            for e in chosen
        ]
    wanted = predicate(request.whitelist, request.blacklist)
    answers = list(select(flows_of(events), selection, wanted))
    for answer in answers:
        answer.flow.CopyFrom(keep(answer.flow, request.field_mask.paths))
    return answers


@pytest.mark.parametrize(("method", "told"), [c for c in calls() if c.values[0] in REQUESTS])
async def test_requests_of_the_reference_are_answered(
    tmp_path: Path, method: str, told: dict[str, Any]
) -> None:
    events = recorded()
    request = request_of(method, told)
    wanted = expected(request, events)
    async with connected(tmp_path) as (relay, channel):
        await store(relay.address, events)
        call = getattr(ObserverStub(channel), method)(request)
        if not request.follow:
            assert [answer async for answer in call] == wanted
            return
        assert [await call.read() for _ in wanted] == wanted
        live = event(uuid="live", time=from_ns(FIRST_NS + 10**10))
        await call.initial_metadata()
        if method == "GetFlows" and not request.whitelist:
            await store(relay.address, [live], source="live")
            assert (await call.read()).flow.uuid == ("" if request.field_mask.paths else "live")
        call.cancel()
