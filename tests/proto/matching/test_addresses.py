"""Addresses and prefixes."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto.matching.addresses import addresses


@pytest.mark.parametrize(
    ("value", "text", "matches"),
    [
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.10", False),
        ("fd00::1", "FD00:0:0::1", True),
        ("fe80::1%eth0", "fe80::1%eth0", True),
        ("fe80::1", "fe80::1%eth0", False),
        ("10.0.0.0/8", "10.9.8.7", True),
        ("10.1.2.3/8", "10.9.8.7", True),
        ("10.0.0.0/8", "11.0.0.0", False),
        ("0.0.0.0/0", "::1", False),
        ("::/0", "10.0.0.1", False),
        ("fe80::/10", "fe80::1%eth0", False),
        ("10.0.0.0/8", "::ffff:10.0.0.1", False),
        ("10.0.0.0/8", "", False),
        ("10.0.0.0/8", "10.0.0", False),
    ],
)
def test_an_address_and_a_value(value: str, text: str, matches: bool) -> None:
    assert addresses([value])(text) is matches


@pytest.mark.parametrize(
    "value",
    [
        "",
        "300.1.1.1",
        "10.0.0",
        "010.0.0.1",
        "10.0.0.0/40",
        "10.0.0.0/",
        "10.0.0.0/08",
        "10.0.0.0/255.0.0.0",
        "1.2.3.4/8/8",
        "fe80::%eth0/64",
        "web",
    ],
)
def test_what_is_no_address_is_refused_by_its_name(value: str) -> None:
    with pytest.raises(ValueError, match="is not an IP") as refusal:
        addresses(["10.0.0.1", value])
    assert repr(value) in str(refusal.value)


@given(
    st.lists(st.ip_addresses() | st.ip_addresses(v=4).map(lambda each: each), max_size=3),
    st.ip_addresses(v=4),
    st.integers(0, 32),
    st.ip_addresses(v=4),
)
def test_values_are_alternatives(
    single: list[object], base: object, length: int, address: object
) -> None:
    values = [str(each) for each in single] + [f"{base}/{length}"]
    expected = address in single or ip_address(str(address)) in ip_network(
        f"{base}/{length}", strict=False
    )
    assert addresses(values)(str(address)) is expected
