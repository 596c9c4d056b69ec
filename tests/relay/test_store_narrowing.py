"""What columns and bitmaps select may be too much, never too little; the predicate decides."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proto.filters import predicate
from proto.flow_pb2 import AgentEvent, Flow, FlowFilter
from proto.observer_pb2 import ExportEvent
from proto.selection import Selection
from relay.history.narrow import VALUES, Narrow
from relay.history.tree import Mask, Tree, to_blocks
from relay.live.candidates import LiveFlows
from relay.rings import dimensions
from relay.rings.bitmaps import ALL, Bitmaps
from relay.rings.blocks import zone_keys
from relay.rings.classes import LOST
from relay.rings.columns import zone_key
from relay.rings.limits import Limit
from relay.rings.stored import Committed, Stored
from relay.store import Store
from tests.factories import FILTER_VALUES, event, flow_filters, flows, lost
from tests.stores import history, opened, put, uuids

FILTERS = st.lists(flow_filters(), max_size=2)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Open a store whose dictionaries are filled by many tests."""
    with opened(tmp_path_factory.mktemp("narrow") / "a.db") as made:
        yield made


def placed(store: Store, drawn: list[Flow]) -> Committed:
    """Store flows; give them as a follower sees them."""
    seen: list[Committed] = []
    store.on_commit = seen.append
    put(store, *(ExportEvent(flow=each) for each in drawn))
    return seen[0]


def selected(tree: Tree, seen: Committed) -> list[int]:
    """Give the seqs of what a tree selects."""
    return [each.seq for each in seen.at(np.flatnonzero(Mask(tree)(seen.columns, len(seen))))]


ONE_OF_EACH = st.tuples(*(flow_filters((name,)) for name in sorted(FILTER_VALUES)))


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(drawn=st.lists(flows(), min_size=25, max_size=25), single=ONE_OF_EACH, deny=FILTERS)
def test_nothing_that_matches_is_left_out(
    store: Store, drawn: list[Flow], single: tuple[FlowFilter, ...], deny: list[FlowFilter]
) -> None:
    lists = [([each], deny) for each in single] + [([], [each]) for each in single]
    live = [LiveFlows(Selection(), *each, store.dimensions) for each in lists]
    seen = placed(store, drawn)
    bitmaps = Bitmaps()
    for number in range(len(seen)):
        bitmaps.add(number, zone_keys(seen.table[:, number : number + 1]))
    for asked, follower in zip(lists, live, strict=True):
        keep = predicate(*asked)
        matching = {
            each.seq
            for each in seen
            if keep is None or keep(ExportEvent.FromString(each.event).flow)
        }
        narrow = Narrow(*asked, store.dimensions)
        found = selected(narrow.tree, seen)
        assert set(found) == matching if narrow.exact else set(found) >= matching
        assert {each.seq for each in follower(seen)} == matching
        bits = to_blocks(narrow.tree, bitmaps, 0)
        assert all(bits >> n & 1 for n, each in enumerate(seen) if each.seq in found)


@pytest.mark.parametrize("name", VALUES)
@settings(max_examples=8)
@given(data=st.data())
def test_fields_that_columns_decide_are_decided_exactly(
    store: Store, name: str, data: st.DataObject
) -> None:
    asked = FlowFilter()
    getattr(asked, name).extend(data.draw(st.lists(FILTER_VALUES[name], min_size=1, max_size=2)))
    keep = predicate([asked], [])
    assert keep
    seen = placed(store, data.draw(st.lists(flows(), min_size=1, max_size=4)))
    matching = [s.seq for s in seen if keep(ExportEvent.FromString(s.event).flow)]
    allowed = Narrow([asked], [], store.dimensions)
    denied = Narrow([], [asked], store.dimensions)
    assert allowed.exact
    assert denied.exact
    assert selected(allowed.tree, seen) == matching
    assert sorted({s.seq for s in seen} - {*selected(denied.tree, seen)}) == matching


def test_a_follower_learns_of_values_that_came_later(tmp_path: Path) -> None:
    pod = FlowFilter(source_pod=["shop/cart"])
    with opened(tmp_path / "a.db") as store:
        live = LiveFlows(Selection(), [pod], [], store.dimensions)
        found: list[Stored] = []
        store.on_commit = lambda stored: found.extend(live(stored))
        put(store, event(), event(uuid="1", source={"namespace": "shop", "pod_name": "cart-1"}))
        put(store, event(), event(uuid="2", source={"namespace": "shop", "pod_name": "cart-2"}))
        put(store, lost(), ExportEvent(agent_event=AgentEvent()))
        assert uuids(found) == ["1", "2", ""]
        assert found[2].ring == LOST


def test_bitmaps_over_many_spans() -> None:
    bitmaps = Bitmaps()
    for block in range(1000):
        keys = [
            zone_key("endpoint", np.array([block % 300 + 1])),
            zone_key("address", np.array([7])),
        ]
        bitmaps.add(block, np.sort(np.concatenate(keys)))
    assert bitmaps.blocks(1, "endpoint", [45]) == 1 << (344 - 256)
    assert bitmaps.blocks(1, "endpoint", [999]) == 0
    assert bitmaps.blocks(1, "endpoint", [0]) == ALL
    assert bitmaps.blocks(99, "endpoint", [45]) == ALL
    bitmaps.drop_below(900)
    assert bitmaps.present("endpoint") == {block % 300 + 1 for block in range(900, 1000)}
    assert bitmaps.present("address") == {7}


@given(
    st.lists(st.sets(st.integers(1, 40)), max_size=600),
    st.sets(st.integers(0, 50), max_size=20),
    st.integers(0, 700),
)
def test_bitmaps_are_what_occurs_in_blocks(
    blocks: list[set[int]], wanted: set[int], dropped: int
) -> None:
    bitmaps = Bitmaps()
    for block, values in enumerate(blocks):
        keys = zone_key("node", np.array(sorted(values), np.int64))
        bitmaps.add(block, np.sort(np.concatenate([keys, zone_key("url", np.array([3, 50]))])))
    bitmaps.drop_below(dropped)
    assert bitmaps.present("node") == set().union(*blocks[dropped:])
    if 0 in wanted:
        assert bitmaps.blocks(0, "node", wanted) == ALL
        return
    for block, values in list(enumerate(blocks))[dropped:]:
        bits = bitmaps.blocks(block >> 8, "node", wanted)
        assert bool(bits >> (block & 255) & 1) == bool(values & wanted)


def test_unused_values_are_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unique URLs do not fill the memory, ids are never given out again, and followers forget."""
    monkeypatch.setattr(dimensions, "COLLECT_AFTER", 500)
    url = FlowFilter(http_url=["shop"])
    limits = {"l7": Limit(count=400)}
    with opened(tmp_path / "a.db", limits) as store:
        live = LiveFlows(Selection(), [url], [], store.dimensions)
        for first in range(0, 6000, 200):
            made = [f"http://shop/{first + n}" for n in range(200)]
            seen: list[Committed] = []
            store.on_commit = seen.append
            put(store, *(event(uuid=each, l7={"http": {"url": each}}) for each in made))
            assert len(live(*seen)) == 200
            assert len(store.dimensions["url"]) < 2500
        assert uuids(history(store, allow=[url])) == uuids(history(store))
        assert store.dimensions["url"].next_id == 6001
        kept = len(store.dimensions["url"])
    with opened(tmp_path / "a.db", limits) as store:
        assert len(store.dimensions["url"]) == kept
        assert len(history(store, allow=[url])) == 400
        put(store, event(l7={"http": {"url": "http://new"}}))
        assert store.dimensions["url"][b"http://new"] == 6001
