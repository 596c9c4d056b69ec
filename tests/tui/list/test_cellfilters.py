import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto.filters import predicate
from proto.flow_pb2 import DROPPED, Flow
from tests.factories import flow, flows
from tui.filtertext import FilterText
from tui.list.cellfilters import WORDS, words_of


@given(flows(), st.sampled_from(sorted(WORDS)))
def test_what_a_cell_stands_for_finds_its_flow(found: Flow, column: str) -> None:
    if words := words_of(column, found):
        filters = FilterText.read(shlex.join(words))
        let_through = predicate(filters.allow, filters.deny)
        assert let_through
        assert let_through(found)


@pytest.mark.parametrize("name", ["", "EXAMPLE.com.", "a b", "\x1b[31m", "x\u202e"])
def test_a_name_that_no_filter_finds_stands_for_nothing(name: str) -> None:
    assert words_of("destination", flow(destination={}, destination_names=[name])) == ()


@pytest.mark.parametrize(
    ("column", "found", "words"),
    [
        ("verdict", flow(verdict=DROPPED), "--verdict DROPPED"),
        ("source", flow(), "--from-pod cilium-test/client2-6dd75b74c6"),
        ("source", flow(is_reply={"value": True}), "--to-pod cilium-test/echo-same-node"),
        ("destination", flow(destination={}), "--to-ip 10.0.0.2"),
        ("destination", flow(destination={}, destination_names=["x.io"]), "--to-fqdn x.io"),
        ("arrow", flow(), "--reply=false"),
        ("kind", flow(), "--type trace:from-endpoint"),
        ("kind", flow(l7={"http": {}}), "--protocol http"),
        ("summary", flow(), "--port 8080"),
        ("summary", flow(l7={"http": {"code": 404}}), "--http-status 404"),
        ("summary", flow(l7={"dns": {"query": "a.io."}}), r"--dns-query ^a\.io\.$"),
        ("node", flow(), "--node-name default/node-1"),
    ],
)
def test_cells_stand_for_what_they_show(column: str, found: Flow, words: str) -> None:
    assert " ".join(words_of(column, found)) == words
