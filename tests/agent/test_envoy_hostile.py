"""Streams that no Envoy would send do no harm: bounded, counted, valid, and nothing forged."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.sources.envoy.connections import Connections
from agent.sources.envoy.directory import Directory
from agent.sources.envoy.entries import LONGEST_NODE, Message, Teller
from agent.sources.envoy.http import MOST_HEADERS
from agent.sources.envoy.text import LONGEST, text
from proto.accesslog_pb2 import HTTPAccessLogEntry, Pair, StreamAccessLogsMessage
from proto.escape import UNSAFE
from proto.observer_pb2 import ExportEvent
from tests.agent.accesslogs import http, line, message, teller, told

BINARY = bytes(range(256))


def test_binary_in_a_path_is_shown_and_stays_one_line(tmp_path: Path) -> None:
    flow = told(teller(tmp_path), http(b"/\xff\x00\n\x1b[2J" + "\u202e".encode()))[2]
    assert flow.l7.http.url == "http://cart/\\xff\x00\n\x1b[2J\u202e"
    assert line(flow).endswith(r"(HTTP/1.1 GET http://cart/\xff^@\n^[[2J\u202e)")


@pytest.mark.parametrize("field", ["user_agent", "authority", "scheme", "request_id"])
def test_binary_anywhere_makes_valid_flows(tmp_path: Path, field: str) -> None:
    for flow in told(teller(tmp_path), http(request={field: BINARY, "original_path": BINARY})):
        assert flow.FromString(flow.SerializeToString()) == flow
        assert line(flow).isprintable()


def test_huge_texts_are_cut_and_say_so(tmp_path: Path) -> None:
    headers = [{"key": b"k%d" % n, "value": b"v" * 100_000} for n in range(1_000)]
    flow = told(
        teller(tmp_path), http(b"/" + b"a" * 100_000, request={"request_headers": headers})
    )[2]
    assert len(flow.l7.http.url) == LONGEST + 1
    assert flow.l7.http.url.endswith("…")
    assert len(flow.l7.http.headers) == MOST_HEADERS
    assert all(len(header.value) <= LONGEST + 1 for header in flow.l7.http.headers)


def test_a_huge_name_of_an_envoy_is_cut(tmp_path: Path) -> None:
    flow = told(teller(tmp_path), http(), proxy=b"n" * 100_000)[0]
    assert len(flow.node_name) == LONGEST_NODE + 1


def test_messages_that_are_none_are_counted(tmp_path: Path) -> None:
    by = teller(tmp_path)
    assert list(by.events(Message(b"", b"\xff\xff\xff"))) == []
    assert list(by.events(Message(b"", b""))) == []
    assert (by.tally.refused, by.tally.entries) == (1, 0)
    assert told(by, HTTPAccessLogEntry(), HTTPAccessLogEntry()) == []
    assert (by.tally.refused, by.tally.entries) == (3, 0)


def test_endless_connections_are_bounded(tmp_path: Path) -> None:
    by = teller(tmp_path)
    by.connections = Connections(100)
    for port in range(1, 1_001):
        told(by, http(client=("10.0.1.2", port)))
    assert (len(by.connections), by.connections.forgotten) == (100, 900)


@given(st.binary(max_size=200))
def test_any_bytes_read_as_text(raw: bytes) -> None:
    assert text(raw).encode().decode() == text(raw)


@given(st.binary(max_size=300), st.binary(max_size=20))
def test_any_message_is_refused_or_makes_valid_events(raw: bytes, proxy: bytes) -> None:
    made = Teller(Directory(None)).events(Message(proxy, raw))
    assert all(ExportEvent.FromString(event).HasField("flow") for event in made)


@given(st.data())
def test_entries_of_any_content_make_valid_events(data: st.DataObject) -> None:
    numbers, raw = st.integers(0, 2**32 - 1), st.binary(max_size=20)
    entry = http(
        data.draw(raw),
        data.draw(st.integers(0, 2**32 - 1)),
        data.draw(raw | st.just(b"rbac_access_denied_matched_policy[" + BINARY + b"]")),
        request={"request_method": data.draw(numbers), "original_path": data.draw(raw)},
        client=(data.draw(raw | st.just(b"::1")), data.draw(numbers)),
        start_time={"seconds": data.draw(st.integers(-(2**63), 2**63 - 1))},
        duration={"seconds": data.draw(st.integers(-(2**63), 2**63 - 1))},
        upstream_transport_failure_reason=data.draw(raw),
        custom_tags=[{"key": b"dns." + data.draw(raw), "value": data.draw(raw)}],
    )
    entry.protocol_version = data.draw(st.integers(-(2**31), 2**31 - 1))  # type: ignore[assignment]
    given_tags = data.draw(st.booleans())
    if given_tags:
        entry.common_properties.custom_tags.append(Pair(key=b"dns.query", value=data.draw(raw)))
    serialized = StreamAccessLogsMessage.SerializeToString(message(entry))
    by = Teller(Directory(None))
    for event in by.events(Message(b"", serialized)):
        assert not UNSAFE.search(line(ExportEvent.FromString(event).flow))
    assert by.tally.entries == 1
