import pytest

from proto.target import Target


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("localhost", Target("localhost", 4245)),
        ("relay.example:443", Target("relay.example", 443)),
        ("tls://relay.example:443", Target("relay.example", 443, tls=True)),
        ("tls://relay.example", Target("relay.example", 4245, tls=True)),
        ("[::1]:5000", Target("::1", 5000)),
        ("::1", Target("::1", 4245)),
        ("unix:///run/relay.sock", Target("", 0, path="/run/relay.sock")),
        ("unix:relay.sock", Target("", 0, path="relay.sock")),
    ],
)
def test_an_address_is_read_and_written_so_that_it_reads_the_same(
    text: str, target: Target
) -> None:
    assert Target.parse(text) == target
    assert Target.parse(str(target)) == target


@pytest.mark.parametrize(
    "text",
    [
        *("", ":4245", "relay:", "relay:0", "relay:65536", "relay:http", "http://relay"),
        *("two words", "[relay]:1", "[::1", "unix://", "tls://", "me@relay:1", "relay:1/path"),
    ],
)
def test_an_address_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"^address ") as refused:
        Target.parse(text)
    assert repr(text) in str(refused.value)


def test_a_host_without_a_port_gets_the_given_one() -> None:
    assert Target.parse("node-1", default_port=4244).authority == "node-1:4244"


@pytest.mark.parametrize(
    ("text", "local"),
    [
        *(("localhost", True), ("127.0.0.2:1", True), ("::1", True), ("unix:///x", True)),
        *(("relay.example", False), ("10.0.0.1:1", False)),
    ],
)
def test_what_is_local_is_known(text: str, local: bool) -> None:
    assert Target.parse(text).is_local is local
