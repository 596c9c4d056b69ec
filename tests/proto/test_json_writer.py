import json

import pytest
from google.protobuf import json_format
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from proto import flow_pb2, observer_pb2
from proto.escape import UNSAFE
from proto.json_writer import to_json
from tests.factories import flow
from tests.messages import HOSTILE, bare, messages

KINDS = (
    observer_pb2.ExportEvent,
    observer_pb2.GetFlowsResponse,
    observer_pb2.ServerStatusResponse,
    observer_pb2.GetNodesResponse,
    observer_pb2.GetNamespacesResponse,
    flow_pb2.FlowFilter,
)


@given(st.one_of([messages(kind) for kind in KINDS]))
def test_it_says_what_json_format_says(message: Message) -> None:
    expected = json_format.MessageToDict(message, preserving_proto_field_name=True)
    assert json.loads(to_json(message)) == expected


@given(messages(observer_pb2.ExportEvent))
def test_a_line_is_one_line_without_anything_a_terminal_obeys(
    message: observer_pb2.ExportEvent,
) -> None:
    assert not UNSAFE.search(to_json(message).decode())


def test_keys_stand_in_the_order_of_the_schema() -> None:
    made = flow(
        uuid="u",
        emitter={"name": "Hubble"},
        Summary="UDP",
        source={"ID": 1, "cluster_name": "c", "namespace": "n", "labels": ["a"], "pod_name": "p"},
        IP={"source": "::1", "source_xlated": "::2", "destination": "::3"},
        egress_allowed_by=[{"name": "x"}],
    )
    keys = [key for key, _ in json.loads(to_json(made), object_pairs_hook=list)]
    declared = [field.name for field in flow_pb2.Flow.DESCRIPTOR.fields]
    assert keys == [name for name in declared if name in keys]
    assert keys[:4] == ["time", "uuid", "emitter", "verdict"]
    assert b'"source":{"ID":1,"cluster_name":"c","namespace":"n","labels":["a"]' in to_json(made)
    assert b'"IP":{"source":"::1","source_xlated":"::2","destination":"::3"}' in to_json(made)


@pytest.mark.parametrize(
    ("nanos", "text"),
    [
        (0, "2025-10-13T16:30:59Z"),
        (500_000_000, "2025-10-13T16:30:59.500Z"),
        (1_000, "2025-10-13T16:30:59.000001Z"),
        (1, "2025-10-13T16:30:59.000000001Z"),
    ],
)
def test_times_have_as_many_digits_as_they_need(nanos: int, text: str) -> None:
    made = bare(time={"seconds": 1_760_373_059, "nanos": nanos})
    assert json.loads(to_json(made)) == {"time": text}


@pytest.mark.parametrize("time", [{"seconds": 10**15}, {"nanos": -1}, {"nanos": 10**9}])
def test_a_time_that_is_none_is_null(time: dict[str, int]) -> None:
    assert to_json(bare(time=time)) == b'{"time":null}'


def test_an_enum_value_of_a_newer_version_is_a_number() -> None:
    made = bare(verdict=99)
    assert to_json(made) == b'{"verdict":99}'


def test_an_extension_of_an_unknown_type_is_kept_as_it_is() -> None:
    unknown = AnyMessage(type_url="example.com/x.Unknown", value=b"\x00\x01")
    made = to_json(bare(extensions=unknown))
    assert made == b'{"extensions":{"@type":"example.com/x.Unknown","value":"AAE="}}'


def test_an_absent_flag_differs_from_one_that_is_false() -> None:
    assert to_json(bare(is_reply={})) == b'{"is_reply":false}'
    assert to_json(bare()) == b"{}"


def test_unsafe_characters_are_escaped_in_the_way_of_json() -> None:
    line = to_json(bare(Summary=HOSTILE))
    assert json.loads(line) == {"Summary": HOSTILE}
    assert b"\\u001b" in line
    assert b"\\u202e" in line
    assert b"\\u007f" in line


@given(messages(flow_pb2.Flow))
def test_percent_signs_stand_for_themselves(message: flow_pb2.Flow) -> None:
    message.node_name = "50%s"
    message.Summary = "%d%%"
    written = json.loads(to_json(message))
    assert written["node_name"] == "50%s"
    assert written["Summary"] == "%d%%"


def test_zero_with_a_sign_is_set_and_written() -> None:
    assert to_json(observer_pb2.ServerStatusResponse(flows_rate=-0.0)) == b'{"flows_rate":-0.0}'
