from urllib.parse import unquote

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.services.http2.connection import address
from relay.services.http2.wire import PREFIX, Assembler, status, timeout
from relay.services.refusal import Misbehaved, Refused, TooMany


@given(st.lists(st.binary(max_size=40), max_size=8), st.lists(st.integers(1, 20), min_size=1))
def test_messages_come_out_however_they_are_cut(messages: list[bytes], cuts: list[int]) -> None:
    data = b"".join(PREFIX.pack(0, len(message)) + message for message in messages)
    assembler, found, left = Assembler(40), list[bytes](), list(cuts)
    while data:
        size = left.pop() if left else len(data)
        found += assembler.feed(data[:size])
        data = data[size:]
    assert found == messages


def test_what_is_too_long_is_refused_before_it_has_come() -> None:
    with pytest.raises(TooMany, match="41 bytes is larger than 40"):
        list(Assembler(40).feed(PREFIX.pack(0, 41)))


def test_what_is_compressed_is_refused() -> None:
    with pytest.raises(Refused, match="compressed") as caught:
        list(Assembler(40).feed(PREFIX.pack(1, 2)))
    assert caught.value.code is grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("2H", 7200), ("3M", 180), ("4S", 4), ("50m", 0.05), ("6u", 6e-6), ("99999999n", 0.099999999)],
)
def test_timeouts(text: str, seconds: float) -> None:
    assert timeout({"grpc-timeout": text}) == pytest.approx(seconds)
    assert timeout({}) is None


@pytest.mark.parametrize("text", ["", "5", "S", "-1S", "1.5S", "1s", "123456789S", "1S "])
def test_what_is_no_timeout_is_refused(text: str) -> None:
    with pytest.raises(Misbehaved, match="grpc-timeout"):
        timeout({"grpc-timeout": text})


@given(st.text(min_size=1))
def test_a_status_is_written_in_plain_ascii(details: str) -> None:
    (_, number), (_, written) = status(grpc.StatusCode.NOT_FOUND, details)
    assert number == "5"
    assert written.isascii()
    assert written.isprintable()
    assert unquote(written) == details.encode("utf-8", "replace").decode()


@pytest.mark.parametrize(
    ("peer", "written"),
    [
        (("10.0.0.1", 7), "ipv4:10.0.0.1:7"),
        (("::1", 7, 0, 0), "ipv6:%5B::1%5D:7"),
        ("", "unix:"),
    ],
)
def test_addresses_are_written_as_grpc_does(peer: object, written: str) -> None:
    assert address(peer) == written
