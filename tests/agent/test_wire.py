import pytest

from agent.sources.wire import fields
from proto.observer_pb2 import GetFlowsResponse
from proto.reader_pb2 import Cursor, ReadResponse


def test_parts_are_given_as_they_are() -> None:
    responses = [GetFlowsResponse(node_name="n" * size) for size in (0, 1, 127, 128, 20_000)]
    message = ReadResponse(responses=responses, cursor=Cursor(relay="r"))
    parts = list(fields(message.SerializeToString()))
    assert [(1, each.SerializeToString()) for each in responses] == parts[:-1]
    assert parts[-1] == (2, message.cursor.SerializeToString())


@pytest.mark.parametrize("message", [b"\x0a", b"\x0a\x05abc", b"\x08\x01", b"\xff", b"\x0a\x80"])
def test_other_messages_are_refused(message: bytes) -> None:
    with pytest.raises(ValueError, match="not a message"):
        list(fields(message))
