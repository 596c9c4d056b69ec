"""Reading history in parts."""

from pathlib import Path

from proto.flow_pb2 import FlowFilter
from proto.observer_pb2 import GetFlowsRequest
from relay.answers.answer import EARLIEST
from relay.answers.parts import Part, Place, Reading
from relay.answers.requests import of_flows
from relay.settings import Settings
from relay.store import Store
from tests.factories import event
from tests.relays import running_relay, store


def reading(kept: Store, size: int = 1 << 20, **fields: object) -> Reading:
    query = of_flows(GetFlowsRequest(**fields))  # type: ignore[arg-type]
    place = Place(kept.last_seq(), EARLIEST, 0, live=False)
    return Reading(kept, query, place, None, Settings(answer_bytes=size))


def rest(parts: Reading) -> list[Part]:
    return list(iter(parts.step, None))


async def test_parts_are_cut_by_size_and_one_event_is_the_least(tmp_path: Path) -> None:
    async with running_relay(tmp_path) as relay:
        await store(relay.address, [event(Summary="x" * 700) for _ in range(10)])
        sizes = [len(part.events) for part in rest(reading(relay.store, size=2_000))]
        assert sizes == [2, 2, 2, 2, 2, 0]
        sizes = [len(part.events) for part in rest(reading(relay.store, size=1))]
        assert sizes == [1] * 10 + [0]


async def test_a_cancelled_reading_ends(tmp_path: Path) -> None:
    async with running_relay(tmp_path) as relay:
        await store(relay.address, [event() for _ in range(2_000)])
        begun = reading(relay.store)
        assert begun.step()
        begun.cancel()
        assert sum(len(part.events) for part in rest(begun)) < 1_500
        nothing = reading(relay.store, whitelist=[FlowFilter(uuid=["none"])])
        nothing.cancel()
        assert rest(nothing)[:-1] == []
