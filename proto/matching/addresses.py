"""Matching IP addresses as addresses, not as texts: single ones, or prefixes in CIDR notation."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

REMEMBERED = 16_384
"""Addresses whose answer a matcher remembers: reading one anew takes longer than all the rest."""

_LENGTH = re.compile(r"0|[1-9][0-9]{0,2}")


def addresses(values: Sequence[str]) -> Callable[[str], bool]:
    """Match the text of an address that is one of the values or lies in one.

    An IPv4 address never lies in an IPv6 prefix or the other way round, and one with a zone in
    none.
    """
    single = frozenset(_address(value) for value in values if "/" not in value)
    prefixes = [prefix(value) for value in values if "/" in value]

    @lru_cache(REMEMBERED)
    def matches(text: str) -> bool:
        try:
            address = ip_address(text)
        except ValueError:
            return False
        return address in single or any(_holds(each, address) for each in prefixes)

    return matches


def _holds(net: IPv4Network | IPv6Network, address: IPv4Address | IPv6Address) -> bool:
    return getattr(address, "scope_id", None) is None and address in net


def _address(value: str) -> IPv4Address | IPv6Address:
    try:
        return ip_address(value)
    except ValueError:
        raise ValueError(f"{value!r} is not an IP address") from None


def prefix(value: str) -> IPv4Network | IPv6Network:
    """Read a prefix in CIDR notation, host bits allowed; ValueError for all else, netmasks too."""
    address, _, length = value.rpartition("/")
    try:
        if _LENGTH.fullmatch(length) and "%" not in address:
            return ip_network((address, int(length)), strict=False)
    except ValueError:
        pass
    raise ValueError(f"{value!r} is not an IP prefix")
