from typing import Any

import pytest
from hypothesis import given
from rich.cells import cell_len

from observe.printers.clock import clock
from proto import flow_pb2
from proto.escape import UNSAFE
from proto.observer_pb2 import ExportEvent, GetFlowsResponse
from proto.relay_pb2 import NODE_CONNECTED, NodeStatusEvent
from proto.timestamps import from_ns
from tests.factories import NOON_NS, events, flow
from tui.list.columns import fit
from tui.list.rows import drawn, is_state, losses

HOSTILE = "[/foo]\x1b[31m\x9b2J\r\n\u202egpj.exe\u2066日本" + "x" * 5000


def line(response: GetFlowsResponse, width: int = 140) -> str:
    cells = drawn(response.SerializeToString(), fit(width), width, clock("StampMilli")).cells
    return "".join(cell.text for cell in cells)


def cells(response: GetFlowsResponse, width: int = 160) -> dict[str, tuple[str, str]]:
    placed = fit(width)
    row = drawn(response.SerializeToString(), placed, width, clock("StampMilli")).cells
    return {
        place.column.name: (cell.text.rstrip(), cell.style)
        for place, cell in zip(placed, row[::2], strict=False)
    }


def answer(**fields: Any) -> GetFlowsResponse:
    return GetFlowsResponse(flow=flow(**fields), node_name="node-1", time=from_ns(NOON_NS))


def test_a_flow_reads_from_left_to_right() -> None:
    assert (
        line(answer(Summary="TCP Flags: SYN")).split()
        == (
            "16:30:59.023 ✓ FORWARDED client2-6dd75b74c6:45004 → echo-same-node:8080 "
            "from-endpoint TCP Flags: SYN"
        )
        .replace("to-network", "from-endpoint")
        .split()
    )


def test_a_reply_is_turned_round() -> None:
    shown = cells(answer(is_reply={"value": True}))
    assert shown["source"][0] == "echo-same-node:8080"
    assert shown["arrow"] == ("←", "reply")
    assert cells(GetFlowsResponse(flow=flow_pb2.Flow()))["arrow"][0] == "↔"


@pytest.mark.parametrize(
    ("verdict", "text", "style"),
    [
        (flow_pb2.FORWARDED, "✓ FORWARDED", "forwarded"),
        (flow_pb2.DROPPED, "✗ DROPPED", "dropped"),
        (flow_pb2.ERROR, "! ERROR", "error"),
        (flow_pb2.AUDIT, "* AUDIT", "audit"),
        (flow_pb2.REDIRECTED, "» REDIRECTED", "redirected"),
        (flow_pb2.TRANSLATED, "~ TRANSLATED", "other"),
        (99, "? 99", "other"),
    ],
)
def test_verdicts_differ_by_sign_and_by_style(verdict: int, text: str, style: str) -> None:
    assert cells(answer(verdict=verdict))["verdict"] == (text, style)


def test_verdicts_are_short_where_there_is_little_room() -> None:
    assert cells(answer(verdict=flow_pb2.DROPPED), 79)["verdict"] == ("✗ DROP", "dropped")


def test_where_there_is_no_room_for_the_kind_the_reason_is_in_the_summary() -> None:
    drop = answer(verdict=flow_pb2.DROPPED, event_type={"type": 1, "sub_type": 133}, Summary="SYN")
    assert cells(drop, 79)["summary"] == ("Policy denied ·…", "dropped")
    assert cells(drop)["summary"] == ("SYN", "summary")


def test_layer_7_is_marked_as_asked_or_answered() -> None:
    asked = answer(l7={"type": flow_pb2.REQUEST, "http": {"method": "GET"}})
    answered = answer(l7={"type": flow_pb2.RESPONSE, "http": {"code": 200}})
    assert cells(asked)["kind"] == ("◆ http-request", "l7")
    assert cells(answered)["kind"] == ("◇ http-response", "l7")


def test_a_long_name_leaves_room_for_its_port() -> None:
    end = {"namespace": "a-namespace", "pod_name": "a-very-long-name-of-a-pod-5d78c9869d-7xk2p"}
    assert cells(answer(source=end), 79)["source"][0] == "a-very-long-na…:45004"


def test_a_loss_is_a_line_across() -> None:
    loss = GetFlowsResponse(
        node_name="node-1\x1b",
        lost_events=flow_pb2.LostEvent(source=flow_pb2.HUBBLE_RING_BUFFER, num_events_lost=1204),
        time=from_ns(NOON_NS),
    )
    said = line(loss)
    assert said.startswith("16:30:59 ── 1,204 events lost on node-1^[: HUBBLE_RING_BUFFER ──")
    assert cell_len(said) == 140
    rows = [each.SerializeToString() for each in (loss, answer(), loss)]
    assert losses(rows) == 2408


def test_what_became_of_nodes_is_a_line_across() -> None:
    state = GetFlowsResponse(
        node_status=NodeStatusEvent(state_change=NODE_CONNECTED, node_names=["n[/x]"])
    )
    assert "Receiving flows from 1 nodes: n[/x] ──" in line(state)


@pytest.mark.parametrize("width", [20, 79, 160])
def test_hostile_text_neither_breaks_nor_forges_a_line(width: int) -> None:
    end = {"namespace": HOSTILE, "pod_name": HOSTILE}
    said = line(answer(source=end, destination=end, Summary=HOSTILE, node_name=HOSTILE), width)
    assert not UNSAFE.search(said)
    if width > 20:
        assert cell_len(said) == width


@given(events())
def test_any_event_fits_its_line(event: ExportEvent) -> None:
    said = line(GetFlowsResponse.FromString(event.SerializeToString()))
    assert cell_len(said) == 140
    assert not UNSAFE.search(said)


def test_what_became_of_nodes_is_told_from_flows_and_losses() -> None:
    state = GetFlowsResponse(node_status=NodeStatusEvent(), node_name="n", time=from_ns(NOON_NS))
    assert is_state(state.SerializeToString())
    others = (answer(), GetFlowsResponse(lost_events=flow_pb2.LostEvent(num_events_lost=1)))
    assert not any(is_state(other.SerializeToString()) for other in others)
