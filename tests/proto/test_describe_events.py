from typing import Any

import pytest
from hypothesis import given

from proto.describe_events import (
    agent_event,
    debug_cpu,
    debug_end,
    debug_mark,
    lost_count,
    node_change,
    node_names,
    quoted,
)
from proto.escape import UNSAFE
from proto.flow_pb2 import AgentEvent, DebugEvent, LostEvent
from proto.relay_pb2 import NODE_CONNECTED, NODE_ERROR, NodeStatusEvent
from tests.messages import HOSTILE, messages


def clock(time: Any) -> str:
    return f"<{time.seconds}>"


@given(messages(AgentEvent))
def test_every_agent_event_can_be_said_and_nothing_unsafe_comes_out(event: AgentEvent) -> None:
    said = agent_event(event, clock)
    assert said
    assert not UNSAFE.search(said)


@given(messages(DebugEvent))
def test_every_debug_event_can_be_said_and_nothing_unsafe_comes_out(event: DebugEvent) -> None:
    said = [debug_end(event), debug_mark(event), debug_cpu(event)]
    assert all(said)
    assert not UNSAFE.search("".join(said))


@given(messages(NodeStatusEvent))
def test_every_change_of_nodes_can_be_said_and_nothing_unsafe_comes_out(
    event: NodeStatusEvent,
) -> None:
    assert not UNSAFE.search(node_change(event))


@pytest.mark.parametrize(
    ("names", "listed"),
    [
        ([], ""),
        (["a", "b"], "a, b"),
        (["a" * 60], "a" * 60),
        (["a" * 60, "b"], "a" * 60 + " (and 1 more)"),
        (["a" * 23, "b" * 23], f"{'a' * 23}, {'b' * 23}"),
        (["a" * 24, "b" * 23, "c"], f"{'a' * 24} (and 2 more)"),
    ],
)
def test_names_of_nodes_are_cut_off(names: list[str], listed: str) -> None:
    assert node_names(names) == listed


def test_braces_in_a_message_are_just_text() -> None:
    event = NodeStatusEvent(state_change=NODE_ERROR, node_names=["{names}"], message="{count} %s")
    assert node_change(event) == 'Error "{count} %s" on 1 nodes: {names}'
    event.state_change = NODE_CONNECTED
    assert node_change(event) == "Receiving flows from 1 nodes: {names}"


def test_quoted_text_is_escaped_once() -> None:
    assert quoted('a "b" \\ \n') == '"a \\"b\\" \\\\ \\n"'
    assert not UNSAFE.search(quoted(HOSTILE))


def test_a_loss_says_when_only_if_it_knows_both_times() -> None:
    lost = LostEvent(num_events_lost=3)
    assert lost_count(lost, clock) == "CPU(0) - 3"
    lost.first.seconds = 1
    assert lost_count(lost, clock) == "CPU(0) - 3"
    lost.last.seconds = 2
    lost.cpu.value = 5
    assert lost_count(lost, clock, " ") == "CPU(5) 3 (first: <1>, last: <2>)"
