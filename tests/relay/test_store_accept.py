"""An event is stored exactly when the real message parses it, whatever the bytes are."""

from collections.abc import Sequence

from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from proto.observer_pb2 import ExportEvent
from proto.shadow_pb2 import Event
from relay.ingest.accept import STORED_KINDS, accept, as_request
from tests.factories import event, events, lost


def readable(data: bytes) -> bool:
    """Say whether the real message parses the bytes, and is of a kind that is stored."""
    try:
        return ExportEvent.FromString(data).WhichOneof("response_types") in STORED_KINDS
    except DecodeError:
        return False


def damaged() -> st.SearchStrategy[bytes]:
    """Draw events with a few bytes replaced, cut out or put in."""

    def damage(data: bytes, place: int, cut: int, put: bytes) -> bytes:
        place %= len(data) + 1
        return data[:place] + put + data[place + cut :]

    whole = events().map(ExportEvent.SerializeToString)
    return st.builds(damage, whole, st.integers(0, 500), st.integers(0, 3), st.binary(max_size=3))


def joined() -> st.SearchStrategy[bytes]:
    """Draw two events as one: their parts occur twice, and merge."""
    whole = events().map(ExportEvent.SerializeToString)
    return st.builds(bytes.__add__, whole, whole)


def judged(data: Sequence[bytes]) -> tuple[list[bytes], list[Event], int]:
    accepted = accept(list(data), as_request(data))
    return accepted.events, list(accepted.shadows), accepted.refused


@given(st.lists(damaged() | joined() | st.binary(max_size=20), max_size=8))
def test_accepted_is_what_the_real_message_parses(data: list[bytes]) -> None:
    kept, shadows, refused = judged(data)
    assert kept == [each for each in data if readable(each)]
    assert refused == len(data) - len(kept)
    assert len(shadows) == len(kept)


@given(st.lists(joined() | damaged(), max_size=4))
def test_the_shadow_reads_what_the_real_message_reads(data: list[bytes]) -> None:
    kept, shadows, _ = judged(data)
    for stored, shadow in zip(kept, shadows, strict=True):
        real = ExportEvent.FromString(stored).flow
        flow = shadow.flow
        assert flow.source == real.source.SerializeToString()
        assert flow.destination == real.destination.SerializeToString()
        assert flow.IP.source.decode() == real.IP.source
        assert [name.decode() for name in flow.source_names] == real.source_names
        assert flow.verdict == real.verdict
        assert flow.l4.TCP.source_port == real.l4.TCP.source_port
        assert (flow.is_reply != b"?") == real.HasField("is_reply")
        assert shadow.WhichOneof("kind") == ExportEvent.FromString(stored).WhichOneof(
            "response_types"
        )


def test_parts_that_occur_twice_are_indexed_as_they_merge() -> None:
    two = event(source={"namespace": "a"}).SerializeToString()
    two += event(source={"pod_name": "b"}).SerializeToString()
    for data in ([two], [two, event().SerializeToString()], [b"\xff", two]):
        _, shadows, _ = judged(data)
        assert shadows[0].flow.source == ExportEvent.FromString(two).flow.source.SerializeToString()


def test_one_that_is_refused_takes_no_other_along() -> None:
    good = [event().SerializeToString(), lost().SerializeToString()]
    assert judged([good[0], b"\x0a\x01", good[1]])[0] == good
