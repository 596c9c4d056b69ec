import csv
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from proto.flow_pb2 import DROPPED, FORWARDED, POLICY_DENIED, TTL_EXCEEDED, Endpoint
from proto.observer_pb2 import GetFlowsResponse
from tests.factories import flow
from tests.feeding import feed
from tests.relays import RelayProcess

EXAMPLES = Path(__file__).parents[1] / "examples"
CART = Endpoint(namespace="shop", pod_name="cart-0")
WEB = Endpoint(namespace="web", pod_name="front-1")


def answer(seconds_ago: int, source: Endpoint = CART, **fields: int) -> GetFlowsResponse:
    made = GetFlowsResponse(flow=flow(source=source, **fields), node_name="node-1")
    made.flow.time.FromSeconds(int(time.time()) - seconds_ago)
    made.time.CopyFrom(made.flow.time)
    return made


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RelayProcess]:
    with RelayProcess(tmp_path_factory.mktemp("relay")) as relay:
        feed(
            relay.address,
            answer(5400, verdict=DROPPED, drop_reason_desc=POLICY_DENIED),
            answer(900, verdict=DROPPED, drop_reason_desc=POLICY_DENIED),
            answer(600, WEB, verdict=DROPPED, drop_reason_desc=POLICY_DENIED),
            answer(300, verdict=DROPPED, drop_reason_desc=TTL_EXCEEDED),
            answer(60, verdict=FORWARDED),
        )
        yield relay


def start(name: str, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, EXAMPLES / name, *words],
        env=os.environ | {"PYTHONPATH": str(EXAMPLES.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def output(name: str, *words: str) -> str:
    process = start(name, *words)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    return out


def test_drops_of_the_last_hour_are_counted_by_reason(relay: RelayProcess) -> None:
    assert output("count_drops.py", relay.address).split("\n") == [
        "       2 POLICY_DENIED",
        "       1 TTL_EXCEEDED",
        "",
    ]


def test_a_window_is_exported(relay: RelayProcess) -> None:
    header, *rows = csv.reader(output("export_csv.py", "20m", "2m", relay.address).splitlines())
    assert header[:3] == ["time", "node", "source"]
    cart, web = "shop/cart-0:45004", "web/front-1:45004"
    assert [row[2] for row in rows] == [cart, web, cart]
    assert {row[5] for row in rows} == {"DROPPED"}


def test_a_pod_is_watched(relay: RelayProcess) -> None:
    process = start("watch_pod.py", "web/front", relay.address)
    try:
        assert process.stdout
        shown: list[IO[str]] = []
        while not shown:  # flows from before it follows are not shown
            feed(relay.address, answer(0, CART), answer(0, WEB))
            shown, _, _ = select.select([process.stdout], [], [], 0.2)
        line = process.stdout.readline()
        assert "web/front-1:45004 -> cilium-test/echo-same-node:8080 FORWARDED" in line
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, err) == (0, "")
        assert "shop/cart" not in line + out
    finally:
        process.kill()


def test_every_example_is_tested() -> None:
    tested = {"count_drops.py", "export_csv.py", "watch_pod.py"}
    assert {path.name for path in EXAMPLES.glob("*.py")} == tested


@pytest.mark.parametrize(
    "words",
    [("count_drops.py",), ("export_csv.py", "2h", "1h"), ("watch_pod.py", "shop/cart")],
)
def test_a_server_that_is_not_there_is_said_in_a_line(words: tuple[str, ...]) -> None:
    process = start(*words, "unix:///nonexistent/relay.sock")
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert err.startswith("cannot reach unix:///nonexistent/relay.sock: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("export_csv.py", "soon", "1h"), "'soon' is neither a duration nor a time"),
        (("count_drops.py", "host:x"), "address 'host:x': expected "),
    ],
)
def test_what_makes_no_sense_is_said_in_a_line(words: tuple[str, ...], said: str) -> None:
    process = start(*words)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (1, "")
    assert err.startswith(said)
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "words", [("count_drops.py", "a", "b"), ("export_csv.py", "2h"), ("watch_pod.py",)]
)
def test_who_calls_it_wrongly_is_told_how(words: tuple[str, ...]) -> None:
    process = start(*words)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert f"`python examples/{words[0]}" in err
    assert "Traceback" not in err
