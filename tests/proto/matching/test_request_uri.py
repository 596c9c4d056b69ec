"""The path in the URL of an HTTP record."""

import pytest

from proto.matching.request_uri import path_of


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/", b"/"),
        ("/a/b?x=1", b"/a/b"),
        ("/a?b?c", b"/a"),
        ("/a%20b%2Fc", b"/a b/c"),
        ("/caf%C3%A9/é", "/café/é".encode()),
        ("/a+b", b"/a+b"),
        ("/a#frag", b"/a#frag"),
        ("//host/a", b"//host/a"),
        ("*", b"*"),
        ("http://web/foo", b"/foo"),
        ("HTTP://web:8080/foo?x", b"/foo"),
        ("http://web", b""),
        ("http://web:", b""),
        ("http://user:pw@web/x", b"/x"),
        ("http://[::1]:80/x", b"/x"),
        ("http://[fe80::1%25eth0]/x", b"/x"),
        ("http://bücher.example/x", b"/x"),
        ("http:/x", b"/x"),
        ("http:///x", b"/x"),
        ("mailto:someone", b""),
        ("a.b+c-1:x", b""),
    ],
)
def test_a_request_target_has_a_path(url: str, path: bytes) -> None:
    assert path_of(url) == path


@pytest.mark.parametrize(
    "url",
    [
        "",
        "web/x",
        "x",
        "?x",
        "/a%",
        "/a%2",
        "/a%zz",
        "/a\nb",
        "/a\x7f",
        ":x",
        "1http://web/",
        "http://we b/",
        "http://web:http/x",
        "http://web:80:x/",
        "http://[::1/x",
        "http://[web]/x",
        "http://[::1]x/",
        "http://a b@web/",
        "http://%41/x",
        "http://web#frag",
        "http://a%zz@web/",
    ],
)
def test_what_no_request_may_carry_has_none(url: str) -> None:
    assert path_of(url) is None
