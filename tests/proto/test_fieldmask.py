from collections.abc import Sequence

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from hypothesis import given
from hypothesis import strategies as st

from proto import flow_pb2
from proto.fieldmask import keep
from tests.factories import flow
from tests.messages import bare, messages

PATHS = (
    "time",
    "verdict",
    "source",
    "source.pod_name",
    "source.labels",
    "destination.identity",
    "l4",
    "l4.TCP.flags",
    "l7.http.headers",
    "is_reply",
    "node_labels",
    "tunnel.IP.source",
    "extensions",
)


@given(messages(flow_pb2.Flow), st.lists(st.sampled_from(PATHS), min_size=1, max_size=5))
def test_it_keeps_what_protobuf_keeps(sent: flow_pb2.Flow, paths: Sequence[str]) -> None:
    expected = bare()
    FieldMask(paths=paths).MergeMessage(sent, expected)
    kept = keep(sent, paths)
    assert _without_empty(kept) == _without_empty(expected)


def _without_empty(made: flow_pb2.Flow) -> flow_pb2.Flow:
    """Clear sub-messages without content, of which protobuf's masks lose some."""
    for field, value in made.ListFields():
        if field.message_type and not field.is_repeated and not value.ByteSize():
            made.ClearField(field.name)  # type: ignore[arg-type]
    return made


def test_no_path_keeps_all() -> None:
    sent = flow()
    assert keep(sent, []) is sent


@pytest.mark.parametrize(
    "path", ["", ".", "nope", "source.nope", "verdict.nope", "source.labels.nope", "IP..source"]
)
def test_a_path_that_names_nothing_is_ignored(path: str) -> None:
    assert keep(flow(), [path, "verdict"]) == bare(verdict=flow_pb2.FORWARDED)
    assert not keep(flow(), [path]).HasField("IP")


def test_a_whole_field_includes_its_parts() -> None:
    sent = flow()
    assert keep(sent, ["source.pod_name", "source"]).source == sent.source


def test_an_empty_part_stays_present() -> None:
    sent = bare(l7={"http": {}}, is_reply={})
    kept = keep(sent, ["l7.http.protocol", "is_reply"])
    assert kept.l7.HasField("http")
    assert kept.HasField("is_reply")


def test_the_message_itself_is_not_changed() -> None:
    sent = flow()
    keep(sent, ["source.pod_name"]).source.pod_name = "other"
    assert sent == flow()
