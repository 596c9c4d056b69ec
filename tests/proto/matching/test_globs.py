"""Domain names and nodes by glob."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto.matching.globs import domains, nodes


@pytest.mark.parametrize(
    ("value", "name", "matches"),
    [
        ("example.com", "example.com", True),
        ("example.com", "www.example.com", False),
        ("*.example.com", "a.b.example.com", True),
        ("*.example.com", "example.com", False),
        ("*", "example.com", True),
        ("*", "_dns.example.com", False),
        ("_dns.*", "_dns.example.com", True),
        ("WWW.Example.COM", "www.example.com", True),
        (" example.com. ", "example.com", True),
        ("example.com", "EXAMPLE.com", False),
        ("example.com", "example.com.", False),
        ("exampleXcom", "example.com", False),
        ("example.com", "exampleXcom", False),
    ],
)
def test_domains(value: str, name: str, matches: bool) -> None:
    assert domains([value])(["OTHER", name]) is matches
    assert not domains([value])([])


@pytest.mark.parametrize(
    ("value", "name", "matches"),
    [
        ("node-1", "node-1", True),
        ("node-1", "prod-eu/node-1", True),
        ("default/node-1", "node-1", True),
        ("default/", "node-1", True),
        ("default/", "prod-eu/node-1", False),
        ("prod-*/node-?".replace("?", "1"), "prod-eu/node-1", True),
        ("/", "prod-eu/node-1", True),
        ("*", "prod-eu/web.company.com", True),
        ("**/web*", "prod-eu/web.company.com", True),
        ("node", "node-1", False),
        ("*", "", False),
        ("*", "a/b/c", False),
    ],
)
def test_nodes(value: str, name: str, matches: bool) -> None:
    assert nodes([value])(name) is matches


@pytest.mark.parametrize("value", ["", " . ", "a..", "a b", "ä", "a?", "a/b"])
def test_what_is_no_domain_pattern(value: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(value))):
        domains(["*", value])


@pytest.mark.parametrize("value", ["", "a//b", "a/b/c", "?/a", "a/?"])
def test_what_is_no_node_pattern(value: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(value))):
        nodes(["*", value])


@given(
    st.lists(st.text("ab.*", min_size=1, max_size=5), min_size=1, max_size=3),
    st.text("ab._", max_size=8),
)
def test_globs_are_alternatives(values: list[str], name: str) -> None:
    values = [value for value in values if not value.endswith(".")]
    expected = any(
        re.fullmatch(re.escape(value).replace(r"\*", "[-.0-9a-z]*"), name) for value in values
    )
    assert (domains(values)([name]) if values else False) is expected


def test_many_stars_take_no_time() -> None:
    assert not domains(["*a" * 20])(["a" * 19 + "b" * 5000])
