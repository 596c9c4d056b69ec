"""From the values of groups to filters of their flows."""

import pytest

from proto.aggregates.dimensions import DIMENSIONS
from proto.filters import predicate
from proto.flow_pb2 import Flow
from tests.factories import flow
from tests.tui.traffic import end, service
from tui.behind import Behind, both_ways, flags, of_server, one_way, text
from tui.filtertext import FilterText

ALL = FilterText()


def passes(filter_text: str, *flows: Flow) -> list[bool]:
    read = FilterText.read(filter_text)
    keep = predicate(read.allow, read.deny)
    return [keep is None or keep(each) for each in flows]


ENDS = (
    flow(source=end("shop/web")),
    flow(source={"namespace": "shop", "pod_name": "web"}),
    flow(source={"identity": 2, "labels": ["reserved:world"]}),
    flow(source={"identity": 2}),
    flow(source={}, source_names=["api.example"]),
    flow(source={}),
    flow(source=end("shop/web"), source_service=service("shop/front")),
)


@pytest.mark.parametrize("label", ["service", "workload", "namespace"])
@pytest.mark.parametrize("seen", ENDS, ids=range(len(ENDS)))
def test_one_of_the_ways_finds_the_flows_of_any_end(seen: Flow, label: str) -> None:
    names = [DIMENSIONS[f"{side}.{label}"].value(seen) for side in ("source", "destination")]
    ways = one_way(label, *names)
    other = flow(source=end("else/where"), destination=end("no/one"))

    assert any(passes(text(way, ALL), seen, other) == [True, False] for way in ways)


def test_a_text_stays_as_a_person_would_write_it_where_it_can() -> None:
    [way] = flags("--verdict", "DROPPED")

    assert text(way, ALL) == "--verdict DROPPED"
    assert text(way, FilterText.read("--pod a/b")) == "--pod a/b --verdict DROPPED"
    assert text(way, FilterText.read("--not --port 53")) == "--not --port 53 --verdict DROPPED"
    assert text(Behind(()), FilterText.read("--reply")) == "--reply"


def test_the_narrower_of_two_values_counts() -> None:
    [way] = flags("--verdict", "DROPPED")
    dropped, passed = flow(verdict=2), flow()
    said = text(way, FilterText.read("--verdict DROPPED --verdict FORWARDED"))

    assert passes(said, dropped, passed) == [True, False]


def test_what_the_filter_leaves_out_stays_out() -> None:
    [way] = flags("--verdict", "FORWARDED")
    said = text(way, FilterText.read("--verdict FORWARDED --not --reply"))

    assert passes(said, flow(), flow(is_reply={"value": True})) == [True, False]


def test_flows_between_two_run_both_ways() -> None:
    there = flow(source=end("shop/web"), destination=end("shop/cart"))
    back = flow(source=end("shop/cart"), destination=end("shop/web"), is_reply={"value": True})
    other = flow(source=end("shop/web"), destination=end("shop/redis"))
    [way, *_] = both_ways("workload", "shop/web", "shop/cart")
    said = text(way, FilterText.read("--pod shop/web"))

    assert passes(text(way, ALL), there, back, other) == [True, True, False]
    assert passes(said, there, back, other) == [True, True, False]


def test_flows_of_a_server_run_to_it_and_from_it() -> None:
    to = flow(destination=end("shop/cart"), destination_service=service("shop/cart"))
    back = flow(source=end("shop/cart"), source_service=service("shop/cart"))
    [way, *_] = of_server("service", "shop/cart")

    assert passes(text(way, ALL), to, back, flow()) == [True, True, False]


@pytest.mark.parametrize("name", ["\x1b[31mred", "a\u202eb", 'it\'s "so"', "[/bold] --reply"])
def test_names_of_strangers_are_asked_for_in_a_text_that_is_safe_to_show(name: str) -> None:
    asked = flow(source=end(f"evil/{name}"))
    [way, *_] = one_way("workload", f"evil/{name}", "reserved:world")
    ways = [Behind(way.flags[:4])]
    said = text(ways[0], ALL)

    assert said.isprintable()
    assert passes(said, asked, flow()) == [True, False]
