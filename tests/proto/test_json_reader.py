import json
from typing import Any

import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st

from proto import flow_pb2, observer_pb2
from proto.json_reader import MARK, UNKNOWN_FIELDS, InvalidLine, Reader, parse
from proto.json_writer import to_json
from tests.factories import event, flow
from tests.messages import bare, messages

HALF_PAST = {"seconds": 1760373059, "nanos": 500_000_000}
EVENTS = messages(observer_pb2.ExportEvent).filter(lambda e: e.WhichOneof("response_types"))


@given(EVENTS, st.booleans(), st.booleans())
def test_it_reads_what_json_format_writes(
    sent: observer_pb2.ExportEvent, as_declared: bool, numbers: bool
) -> None:
    line = json_format.MessageToJson(
        sent, preserving_proto_field_name=as_declared, use_integers_for_enums=numbers, indent=None
    )
    assert parse(line.encode()) == sent == json_format.Parse(line, observer_pb2.ExportEvent())


@given(EVENTS)
def test_what_is_written_comes_back(sent: observer_pb2.ExportEvent) -> None:
    reader = Reader()
    assert reader.parse(to_json(sent)) == sent
    assert not reader.unknown


@given(messages(flow_pb2.Flow).filter(lambda made: made.ListFields()))
def test_a_bare_flow_is_put_into_an_envelope_and_nothing_is_added(sent: flow_pb2.Flow) -> None:
    assert parse(to_json(sent)) == observer_pb2.ExportEvent(flow=sent)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"drop_reason":"133"}', {"drop_reason": 133}),
        ('{"drop_reason":133.0}', {"drop_reason": 133}),
        ('{"socket_cookie":5}', {"socket_cookie": 5}),
        ('{"socket_cookie":"18446744073709551615"}', {"socket_cookie": 2**64 - 1}),
        ('{"verdict":2}', {"verdict": 2}),
        ('{"verdict":"DROPPED"}', {"verdict": 2}),
        ('{"isReply":false,"nodeName":"n"}', {"is_reply": {"value": False}, "node_name": "n"}),
        ('{"time":"2025-10-13T18:30:59.5+02:00"}', {"time": HALF_PAST}),
        ('{"uuid":"u","source":null,"is_reply":null}', {"uuid": "u"}),
        ('{"l4":{"TCP":{"flags":{}}}}', {"l4": {"TCP": {"flags": {}}}}),
        ('{"uuid":"\\ud83d\\ude00"}', {"uuid": "\U0001f600"}),
    ],
)  # fmt: skip
def test_other_spellings_of_a_value_are_understood(text: str, expected: dict[str, Any]) -> None:
    assert parse(text.encode()).flow == bare(**expected)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", "not JSON"),
        (b"not json", "not JSON"),
        (b'{"flow":{"uuid":"u"}', "not JSON"),
        (b'{"uuid":"\xff"}', "not JSON"),
        (b'{"uuid":"\\ud800"}', "not JSON"),
        (b"[1]", "not a JSON object"),
        (b"{}", "no event in it"),
        (b'{"flow":null}', "no event in it"),
        (b'{"hello":"world"}', "no event in it"),
        (b'{"flow":[]}', "Flow is not an object: "),
        (b'{"flow":{"uuid":3}}', "Flow.uuid: "),
        (b'{"flow":{"drop_reason":true}}', "Flow.drop_reason: "),
        (b'{"flow":{"drop_reason":4294967296}}', "4294967296"),
        (b'{"flow":{"socket_cookie":"18446744073709551616"}}', "Flow.socket_cookie: "),
        (b'{"flow":{"reply":1}}', "Flow.reply: "),
        (b'{"flow":{"time":"2025-02-30T00:00:00Z"}}', "Flow.time: "),
        (b'{"flow":{"time":"2025-02-20T00:00:00"}}', "Flow.time: "),
        (b'{"flow":{"node_labels":"a"}}', "Flow.node_labels is not an array: 'a'"),
        (b'{"flow":{"node_labels":["a",null]}}', "Flow.node_labels: "),
        (b'{"flow":{"l4":{"TCP":{},"UDP":{}}}}', "Layer4 has TCP and UDP"),
        (b'{"flow":{},"lost_events":{}}', "ExportEvent has flow and lost_events"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_event_is_refused_in_one_line(line: bytes, why: str) -> None:
    with pytest.raises(InvalidLine) as refused:
        parse(line)
    assert why in str(refused.value)
    assert "\n" not in str(refused.value)


def test_unknown_fields_are_dropped_and_counted() -> None:
    reader = Reader()
    line = b'{"flow":{"uuid":"u","new":1,"source":{"new":{}},"verdict":"LATER"},"also":[]}'
    for _ in range(2):
        assert reader.parse(line).flow == bare(uuid="u", source={})
    names = {"Flow.new": 2, "Endpoint.new": 2, "Flow.verdict 'LATER'": 2, "ExportEvent.also": 2}
    assert reader.unknown == names


def test_names_of_unknown_fields_are_bounded() -> None:
    reader = Reader()
    for number in range(UNKNOWN_FIELDS + 10):
        reader.parse(b'{"uuid":"u","new%d":1}' % number)
    assert len(reader.unknown) == UNKNOWN_FIELDS + 1
    assert reader.unknown["..."] == 10


def test_lines_of_a_file_that_are_no_events_are_left_out_and_counted() -> None:
    reader = Reader()
    assert reader.summary() == []
    found = reader.read(MARK + b'{"uuid":"u","new":1}', 1)
    assert found == parse(b'{"uuid":"u"}')
    for number, line in enumerate((None, b"no", MARK + b'{"uuid":"u"}'), 2):
        assert reader.read(line, number) is None
    assert reader.skipped == 3
    assert reader.summary() == [
        "3 lines skipped, first line 2: it is too long",
        "1 unknown fields left out (Flow.new)",
    ]


def test_blank_lines_are_neither_events_nor_left_out() -> None:
    reader = Reader()
    assert [reader.read(line, 1) for line in (b"", b" \t\r", MARK)] == [None] * 3
    assert reader.skipped == 0


def test_a_refused_line_counts_no_unknown_fields() -> None:
    reader = Reader()
    with pytest.raises(InvalidLine):
        reader.parse(b'{"flow":{"new":1,"uuid":2}}')
    assert not reader.unknown


def test_an_extension_of_an_unknown_type_comes_back() -> None:
    sent = event(extensions={"type_url": "example.com/x.Unknown", "value": b"\x00\x01"})
    assert parse(to_json(sent)) == sent


def test_an_extension_that_cannot_be_understood_is_dropped_and_counted() -> None:
    reader = Reader()
    line = b'{"uuid":"u","extensions":{"@type":"example.com/x.Unknown","field":1}}'
    assert reader.parse(line).flow == bare(uuid="u")
    assert reader.unknown.total() == 1


def test_a_giant_line_is_read() -> None:
    sent = flow(Summary="x" * 5_000_000)
    assert parse(json.dumps({"flow": json.loads(to_json(sent))}).encode()).flow == sent
