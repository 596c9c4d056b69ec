"""Which files the store opens, and what it says of the others."""

import sqlite3
import subprocess
import sys
from datetime import datetime
from itertools import cycle
from pathlib import Path

import pytest
import zstandard

from proto.flow_pb2 import FlowFilter
from proto.timestamps import from_ns
from relay.errors import StoreError
from relay.file.schema import APPLICATION, VERSION
from relay.rings.limits import Limit
from relay.store import Store
from tests.factories import NOON_NS, event
from tests.stores import Clock, history, opened, put, uuids


def refused(path: Path) -> str:
    """Say why a file is refused; it must stay as it is."""
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(StoreError) as failure:
        Store(path, clock=Clock())
    assert (path.read_bytes() if path.is_file() else b"") == before
    said = str(failure.value)
    assert "\n" not in said
    assert str(path) in said
    return said


def damage(path: Path, sql: str) -> None:
    """Do something to a file that nobody has open."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(sql)
    connection.close()


def test_a_second_relay_on_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    link = tmp_path / "b.db"
    link.symlink_to(path)
    with opened(path) as store:
        put(store, event(uuid="1"))
        for name in (path, link):
            with pytest.raises(StoreError, match=r"a\.db: in use by another relay \(process \d+\)"):
                Store(name)
        assert uuids(history(store)) == ["1"]
    with opened(link) as store:
        assert uuids(history(store)) == ["1"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert "there is no folder" in refused(tmp_path / "none" / "a.db")


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    assert "unable to open" in refused(tmp_path)


def test_text_in_place_of_a_database(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_text("these are my notes\n" * 100)
    assert "not a database" in refused(path)


def test_the_database_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    damage(path, "CREATE TABLE songs (title TEXT)")
    assert "not a Palomar database" in refused(path)


def test_a_schema_from_the_future(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with opened(path):
        pass
    damage(path, f"PRAGMA user_version = {VERSION + 6}")
    said = refused(path)
    assert f"version {VERSION + 6}" in said
    assert f"up to {VERSION}" in said


def test_a_file_that_was_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with opened(path) as store:
        put(store, *(event(uuid=str(n)) for n in range(2000)))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 3])
    assert "malformed" in refused(path)


def test_a_file_whose_blocks_are_damaged(tmp_path: Path) -> None:
    """What is needed at the start is checked at the start; a damaged block fails its readers."""
    path = tmp_path / "a.db"
    with opened(path) as store:
        put(store, *(event(uuid=str(n)) for n in range(600)))
    damage(path, "UPDATE run SET events = zeroblob(100) WHERE id = (2 << 56) + 256")
    with opened(path) as store:
        with pytest.raises(StoreError, match="block 1 of ring flow is damaged"):
            history(store)
        put(store, event(uuid="600"))
        assert store.last_seq() == 601
    damage(path, "UPDATE run SET zones = zeroblob(100) WHERE id = (2 << 56) + 256")
    assert "damaged" in refused(path)


def test_what_a_relay_before_left_undone(tmp_path: Path) -> None:
    """A file that was marked as ours, but killed before it got its tables, gets them."""
    path = tmp_path / "a.db"
    damage(path, f"PRAGMA application_id = {APPLICATION}")
    with opened(path) as store:
        put(store, event(uuid="1"))
        assert uuids(history(store)) == ["1"]


def test_the_views_read_well(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    url = "http://shop/cart"
    with opened(path) as store:
        put(store, event(verdict=2, drop_reason_desc=133), event(l7={"http": {"url": url}}))
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    dropped, http = connection.execute("SELECT * FROM flows ORDER BY seq").fetchall()
    connection.close()
    assert (dropped["ring"], dropped["verdict"]) == ("drop", "DROPPED")
    assert dropped["drop_reason"] == "POLICY_DENIED"
    assert dropped["time"] == "2025-10-13T16:30:59.023Z"
    assert dropped["source"] == "cilium-test/client2-6dd75b74c6"
    assert (dropped["destination_ip"], dropped["destination_port"]) == ("10.0.0.2", 8080)
    assert (dropped["http_url"], http["http_url"]) == (None, url)


def test_views_say_what_columns_hold(tmp_path: Path) -> None:
    """In blocks and in the tail, over numbers of every width, and nothing that was evicted."""
    path = tmp_path / "a.db"
    ports = [(n * n * 97) % 65536 for n in range(900)]
    times = [NOON_NS + n * 10**n_digits for n, n_digits in zip(range(900), cycle(range(12)))]
    with opened(path, {"flow": Limit(count=700)}) as store:
        for first in range(0, 900, 180):
            drawn = zip(ports[first : first + 180], times[first : first + 180], strict=True)
            put(store, *(event(l4={"TCP": {"source_port": p}}, time=from_ns(t)) for p, t in drawn))
    connection = sqlite3.connect(path)
    found = connection.execute(
        "SELECT seq, source_port, time, source FROM flow_events ORDER BY seq"
    ).fetchall()
    connection.close()
    assert [seq for seq, *_ in found] == list(range(201, 901))
    assert [port for _, port, *_ in found] == ports[200:]
    told = [datetime.fromisoformat(time).timestamp() for _, _, time, _ in found]
    assert told == pytest.approx([time / 1e9 for time in times[200:]], abs=0.001)
    assert {source for *_, source in found} == {"cilium-test/client2-6dd75b74c6"}


def test_a_file_with_a_row_for_each_event_is_brought_to_columns(tmp_path: Path) -> None:
    """The file is of schema 1: a full block, one whose beginning is gone, a tail, other rings."""
    path = tmp_path / "a.db"
    packed = Path(__file__).parent.parent / "data" / "store_v1.db.zst"
    path.write_bytes(zstandard.decompress(packed.read_bytes()))
    limits = {"flow": Limit(count=300)}
    flows = [f"flow-{number}" for number in range(401, 700)]
    others = [*(f"drop-{n}" for n in range(5)), *(f"http-{n}" for n in range(5))]
    for _ in range(2):  # the second time it is of the newest schema
        with opened(path, limits) as store:
            found = history(store)
            assert uuids(found) == [*flows, *others, "", "last"]
            assert [each.seq for each in found][-2:] == [711, 713]  # between them an agent event
            pod = FlowFilter(source_pod=["shop/cart-3"])
            wanted = [f"flow-{n}" for n in range(401, 700) if n % 7 == 3]
            assert uuids(history(store, allow=[pod])) == [*wanted, ""]
    with opened(path, limits) as store:
        put(store, event(uuid="new"))
        assert uuids(history(store)) == [*flows[1:], *others, "", "last", "new"]
    connection = sqlite3.connect(path)
    told = connection.execute("SELECT DISTINCT denied_by FROM flows WHERE verdict = 'DROPPED'")
    assert told.fetchall() == [("shop/deny",)]
    assert connection.execute("SELECT sum(flows) FROM minutes").fetchone() == (311,)
    connection.close()


WRITE_UNTIL_KILLED = """
import itertools, sys
from pathlib import Path
from tests.factories import event
from tests.stores import KEY, opened, request
with opened(Path(sys.argv[1])) as store:
    ordinal = store.progress(KEY).result().ordinal
    for first in itertools.count(ordinal, 50):
        events = [event(uuid=str(first + n), verdict=n % 3) for n in range(50)]
        print(store.append(KEY, request(events, first)).result().ordinal, flush=True)
"""


def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    for lives in range(1, 4):
        command = [sys.executable, "-c", WRITE_UNTIL_KILLED, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            for line in process.stdout:
                acknowledged = int(line)
                if acknowledged > 700 * lives:
                    process.kill()
                    break
        with opened(path) as store:
            ordinal = put(store).ordinal
            assert ordinal >= acknowledged
            assert sorted(map(int, uuids(history(store)))) == list(range(ordinal))
            assert store.last_seq() == ordinal
