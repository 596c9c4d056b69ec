"""The path in the URL of an HTTP record, by the rules for a request's target.

A target is an absolute path, `*`, or an absolute URI (RFC 9112, section 3.2; RFC 3986). It has no
fragment, so a `#` is part of the path.
"""

import re
from functools import lru_cache
from ipaddress import IPv6Address
from urllib.parse import unquote_to_bytes

REMEMBERED = 1_024
"""URLs whose path is remembered."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*:")
_USER = re.compile(r"[A-Za-z0-9._:~!$&'()*+,;=%@-]*")
# A host may hold escapes of bytes outside ASCII only.
_HOST = re.compile(r"(?:[^\x00-\x7f]|[A-Za-z0-9._~!$&'()*+,;=:\[\]<>\"-]|%[89A-Fa-f][0-9A-Fa-f])*")
_BRACKETED = re.compile(r"\[([^\]%]*)(?:%25[^\]]+)?\](?::[0-9]*)?")


@lru_cache(REMEMBERED)
def path_of(url: str) -> bytes | None:
    """Give a URL's decoded path, maybe empty; None for what is not a request's target."""
    if url == "*":
        return b"*"
    target = url.partition("?")[0]
    scheme = _SCHEME.match(target)
    rest = target[scheme.end() :] if scheme else target
    if _CONTROL.search(url) or not (scheme or rest.startswith("/")):
        return None
    if not rest.startswith("/"):
        return b""  # as in mailto:someone: all of it is opaque
    return _path(rest, scheme is not None)


def _path(rest: str, absolute: bool) -> bytes | None:
    if absolute and rest.startswith("//"):
        authority, slash, path = rest[2:].partition("/")
        if not _is_authority(authority):
            return None
        rest = slash + path
    return None if _BROKEN_ESCAPE.search(rest) else unquote_to_bytes(rest)


def _is_authority(authority: str) -> bool:
    user, _, host = authority.rpartition("@")
    if not _USER.fullmatch(user) or _BROKEN_ESCAPE.search(user):
        return False
    return _is_literal(host) if "[" in host else _is_host(host)


def _is_host(host: str) -> bool:
    name, colon, port = host.rpartition(":")
    return _HOST.fullmatch(name if colon else host) is not None and (
        not colon or re.fullmatch("[0-9]*", port) is not None
    )


def _is_literal(host: str) -> bool:
    bracketed = _BRACKETED.fullmatch(host)
    try:
        return bracketed is not None and bool(str(IPv6Address(bracketed[1])))
    except ValueError:
        return False
