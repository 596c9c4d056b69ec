"""The commands that count give of a relay what they give of a file with the same flows."""

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from proto import flow_pb2
from proto.observer_pb2 import ExportEvent, GetFlowsResponse
from proto.timestamps import from_ns
from tests.commands import lines_file
from tests.factories import NOON_NS, event
from tests.feeding import feed
from tests.observe.counted import palomar
from tests.relays import RelayProcess

SECOND = 1_000_000_000


def end(name: str) -> dict[str, Any]:
    return {"namespace": "shop", "pod_name": f"{name}-0", "workloads": [{"name": name}]}


def shop() -> Iterator[ExportEvent]:
    """Requests, responses and drops between a few ends, a second apart."""
    kinds = (flow_pb2.REQUEST, flow_pb2.RESPONSE)
    cases = product(("web", "cart"), ("cart", "db"), kinds, (200, 503))
    for second, (client, server, kind, code) in enumerate(cases):
        reply = kind == flow_pb2.RESPONSE
        ends = [end(server), end(client)] if reply else [end(client), end(server)]
        http = {"url": f"http://{server}:80/", "code": code if reply else 0}
        l7 = {"type": kind, "latency_ns": reply * second * 1_000_000, "http": http}
        time = from_ns(NOON_NS + second * SECOND)
        yield event(
            time=time, source=ends[0], destination=ends[1], is_reply={"value": reply}, l7=l7
        )
        yield event(
            time=time,
            source=end(client),
            destination=end(server),
            verdict=flow_pb2.DROPPED,
            drop_reason_desc=flow_pb2.POLICY_DENIED,
            egress_denied_by=[{"name": "deny", "namespace": "shop"}],
        )


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    folder = tmp_path_factory.mktemp("counting")
    events = list(shop())
    with RelayProcess(folder) as relay:
        feed(relay.address, *(GetFlowsResponse.FromString(e.SerializeToString()) for e in events))
        yield lines_file(folder, events), relay.address


def both(sources: tuple[Path, str], *words: str) -> list[dict[str, Any]]:
    path, address = sources
    answers = []
    for where in (("--input-file", path), ("--server", address)):
        done = palomar(*words, *where, "-o", "json")
        assert done.exit_code == 0, done.stderr
        answers.append(json.loads(done.stdout))
    return answers


SINCE = ("--since", "2025-10-13T16:31:03Z", "--until", "2025-10-13T16:31:12Z")


@pytest.mark.parametrize(
    "words",
    [
        ("top",),
        ("top", "--by", "client.workload,server.workload,verdict", "--order", "drops"),
        ("top", "--by", "policy,drop_reason", *SINCE),
        ("top", "--by", "http_host,http_code", "--limit", "2", "--http-status", "5+"),
        ("top", "--by", "node,port,kind,protocol,direction", "--not", "--verdict", "DROPPED"),
        ("top", "--by", "source.pod,destination.address,server.namespace", "--order", "values"),
        ("map",),
        ("map", "--by", "workload", "--from-workload", "web", *SINCE),
    ],
)
def test_a_relay_counts_as_a_file_is_counted(
    sources: tuple[Path, str], words: tuple[str, ...]
) -> None:
    of_file, of_relay = both(sources, *words)
    for answer in (of_file, of_relay):
        coverage = answer.pop("coverage")
        assert coverage["missing"] == ""
        answer.pop("seconds", None)
        for group in (*answer.get("groups", ()), *answer.get("edges", ())):
            for rate in ("flows_per_second", "requests_per_second"):
                group.pop(rate, None)
    assert of_file == of_relay


@pytest.mark.parametrize("words", [("--ip", "nowhere"), ("--http-url", "(")])
def test_a_filter_that_makes_no_sense_is_bad_input_of_whoever_counts(
    sources: tuple[Path, str], words: tuple[str, str]
) -> None:
    for where in (("--input-file", sources[0]), ("--server", sources[1])):
        done = palomar("top", *where, *words)
        assert done.exit_code == 2
        [line] = done.stderr.splitlines()
        assert words[1] in line
