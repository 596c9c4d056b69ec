"""The whole path as its users walk it, by commands alone: file, agent, relay, `observe`."""

import json
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.relays import RelayProcess

PODS = ("client", "client2", "echo-same-node", "echo-other-node")


def palomar(*argv: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "palomar", *argv], capture_output=True, text=True, timeout=60
    )


def values(text: str) -> Counter[str]:
    """Give the multiset of JSON values, one a line."""
    return Counter(json.dumps(json.loads(line), sort_keys=True) for line in text.splitlines())


def envelope(number: int, chance: random.Random) -> dict[str, object]:
    """Make what Hubble prints: no uuid, some equal to others, some `reply` without `is_reply`."""
    time = f"2026-10-13T16:35:{chance.randrange(60):02}.{chance.randrange(1, 3)}00Z"
    flow: dict[str, object] = {
        "time": time,
        "verdict": chance.choice(["FORWARDED", "DROPPED", "REDIRECTED", "AUDIT"]),
        "source": {"namespace": "cilium-test", "pod_name": chance.choice(PODS)},
        "destination": {"namespace": "cilium-test", "pod_name": chance.choice(PODS)},
        "Type": "L3_L4",
        "node_name": f"node-{number % 2}",
    }
    if chance.random() < 0.3:
        http = {"method": "GET", "url": f"http://echo:8080/{chance.randrange(9)}", "code": 200}
        flow |= {"Type": "L7", "l7": {"type": "RESPONSE", "latency_ns": "5000000", "http": http}}
    if chance.random() < 0.2:
        flow["reply"] = True
    if chance.random() < 0.4:
        flow["is_reply"] = chance.random() < 0.5
    return {"flow": flow, "node_name": flow["node_name"], "time": time}


@pytest.fixture
def flows(tmp_path: Path) -> Path:
    """A file of 6,000 flows."""
    chance = random.Random(7)
    path = tmp_path / "flows.jsonl"
    lines = (json.dumps(envelope(number, chance)) for number in range(6_000))
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def stored(relay: RelayProcess, *filters: str) -> str:
    """Print what the relay has."""
    done = palomar("observe", "--server", relay.address, "--all", "-o", "jsonpb", *filters)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_flows_come_back_as_they_went_in(tmp_path: Path, flows: Path) -> None:
    with RelayProcess(tmp_path) as relay:
        for _ in range(2):  # the finished agent, run again, adds nothing
            done = palomar("agent", "file", str(flows), "--relay", relay.address)
            assert done.returncode == 0, done.stderr
            assert values(stored(relay)) == values(flows.read_text())


def test_nothing_is_lost_or_doubled_when_both_sides_are_killed(tmp_path: Path, flows: Path) -> None:
    feed = tmp_path / "growing.jsonl"
    lines = flows.read_text().splitlines(keepends=True)
    feed.write_text("".join(lines[:2_000]))
    with RelayProcess(tmp_path) as relay:
        command = [sys.executable, "-m", "palomar", "agent", "file", str(feed), "--follow"]
        agent = subprocess.Popen([*command, "--relay", relay.address], stderr=subprocess.PIPE)
        wait_for_flows(relay, 1)
        relay.kill()
        with feed.open("a") as grow:
            grow.writelines(lines[2_000:4_000])
        relay.start()
        wait_for_flows(relay, 2_001)
        agent.send_signal(signal.SIGKILL)
        agent.communicate()
        relay.kill()
        with feed.open("a") as grow:
            grow.writelines(lines[4_000:])
        relay.start()
        done = palomar("agent", "file", str(feed), "--relay", relay.address)
        assert done.returncode == 0, done.stderr
        assert values(stored(relay)) == values(flows.read_text())


def wait_for_flows(relay: RelayProcess, number: int) -> None:
    """Return once the relay has at least so many flows, by a follow that ends after them."""
    done = palomar(
        *("observe", "--server", relay.address, "--follow", "--since", "2026-01-01T00:00:00Z"),
        *("--first", str(number), "-o", "jsonpb"),
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == number


def test_restart_changes_nothing(tmp_path: Path, flows: Path) -> None:
    with RelayProcess(tmp_path) as relay:
        assert palomar("agent", "file", str(flows), "--relay", relay.address).returncode == 0
        before = stored(relay)
        relay.stop()
        relay.start()
        assert stored(relay) == before


def test_filters_mean_the_same_of_a_file_and_of_a_relay(tmp_path: Path, flows: Path) -> None:
    filters = ("--from-pod", "cilium-test/client2", "--not", "--verdict", "FORWARDED")
    with RelayProcess(tmp_path) as relay:
        assert palomar("agent", "file", str(flows), "--relay", relay.address).returncode == 0
        here = palomar("observe", "--input-file", str(flows), "-o", "jsonpb", *filters)
        assert here.returncode == 0, here.stderr
        assert values(stored(relay, *filters)) == values(here.stdout)
        assert here.stdout
