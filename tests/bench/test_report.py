import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench import compare, growth, table
from bench.figure import Figure, Goal, fact, higher, lower, number
from bench.process import ENDED, Process, used_since
from bench.report import read, write
from tests.bench.results import result


def test_a_figure_survives_its_file() -> None:
    figure = lower("memory", [3.0, 1.0, 2.0], "MB", Goal(4, 2, "213 MB"))
    kept = Figure.from_dict(json.loads(json.dumps(figure.as_dict())))
    assert kept == figure
    assert kept.value == 2


@pytest.mark.parametrize(
    ("figure", "reached"),
    [
        (higher("rate", 100, "/s", Goal(100)), True),
        (higher("rate", 99, "/s", Goal(100)), False),
        (lower("late", 5, "ms", Goal(5)), True),
        (lower("late", 5.1, "ms", Goal(5)), False),
    ],
)
def test_a_target_is_reached_from_its_side(figure: Figure, reached: bool) -> None:
    assert figure.goal
    assert figure.reaches(figure.goal.target) == reached


@pytest.mark.parametrize(
    ("value", "text"), [(250_000, "250,000"), (99.96, "100"), (1.4, "1.4"), (0.35, "0.35")]
)
def test_numbers_have_three_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_the_table_has_ours_beside_the_goals_and_the_peers() -> None:
    slow = higher("into full rings", 60_000, "flows/s", Goal(100_000, 250_000, "loses them"))
    small = lower("memory", 88.0, "MB", Goal(200))
    text = table.markdown([result(slow, small, fact("kept", 1e6, "flows"))])
    assert text.startswith("2026-11-23, 2 cores (a processor), Python 3.11.7, ")
    row = "| ingest | into full rings | **60,000** | flows/s | 100,000 | 250,000 | loses them |"
    assert row in text
    assert "| ingest | memory | 88 | MB | 200 |  |  |" in text
    assert "| ingest | kept | 1,000,000 | flows |  |  |  |" in text
    assert "| ingest | relay | 9.5 | 12.0 | 88 |" in text


def test_a_table_for_a_screen_is_aligned() -> None:
    lines = table.grid(("a", "b"), [("x", "1"), ("long", "1,000")], 1, aligned=True)
    assert lines == ["| a    |     b |", "| ---- | ----: |", "| x    |     1 |", "| long | 1,000 |"]


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (higher("rate", 100.0, "/s"), higher("rate", 80.0, "/s"), compare.WORSE),
        (higher("rate", 100.0, "/s"), higher("rate", 120.0, "/s"), compare.BETTER),
        (lower("late", 100.0, "ms"), lower("late", 120.0, "ms"), compare.WORSE),
        (lower("late", 100.0, "ms"), lower("late", 109.0, "ms"), ""),
        (lower("late", [60, 80, 100, 120, 140], "ms"), lower("late", 115.0, "ms"), ""),
        (lower("lost", 0.0, "flows"), lower("lost", 1.0, "flows"), compare.WORSE),
        (fact("kept", 1.0, "flows"), fact("kept", 9.0, "flows"), ""),
    ],
)
def test_a_change_beyond_the_noise_is_told(old: Figure, new: Figure, verdict: str) -> None:
    assert compare.Pair("x", old, new).verdict(10) == verdict


def test_runs_are_compared_from_their_files(tmp_path: Path) -> None:
    first, second = tmp_path / "a.json", tmp_path / "b.json"
    write([result(higher("rate", 100.0, "/s"), lower("gone", 1.0, "ms"))], first)
    write([result(higher("rate", 50.0, "/s"), lower("new", 1.0, "ms"))], second)
    done = CliRunner().invoke(compare.main, [str(first), str(second), "--fail"])
    assert done.exit_code == 1
    assert "| ingest | rate | 100 | 50 | /s | 0.50 | WORSE |" in done.stdout
    assert "1 figures, 1 worse" in done.stdout
    assert CliRunner().invoke(compare.main, [str(first), str(first), "--fail"]).exit_code == 0


def test_growth_has_a_column_for_each_point(tmp_path: Path) -> None:
    path = tmp_path / "growth.json"
    small = result(lower("50 by Reader: median", 5.0, "ms"), bench="crowd", part="followers")
    large = result(lower("200 by Reader: median", 9.0, "ms"), bench="crowd", part="followers")
    results = growth.merged([], small | {"point": 50})
    results = growth.merged(results, large | {"point": 200})
    write(growth.merged(results, large | {"point": 200}), path)
    assert len(read(path)) == 2
    done = CliRunner().invoke(growth.main, ["--table", str(path)])
    assert "| benchmark | figure | unit | 50 followers | 200 followers |" in done.stdout
    assert "| crowd | by Reader: median | ms | 5 | 9 |" in done.stdout


def test_what_a_process_used_is_told() -> None:
    place = len(ENDED)
    burn = "import time; end = time.process_time() + .05\nwhile time.process_time() < end: pass"
    for _ in range(2):
        Process("burner", [sys.executable, "-c", burn]).wait()
    [used] = used_since(place)
    assert used["name"] == "burner"
    assert used["cpu"] >= 0.1


def test_a_process_that_failed_is_told() -> None:
    failing = Process("failing", [sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(SystemExit, match="failing ended with status 3"):
        failing.wait()


def test_a_process_is_stopped_with_what_it_used() -> None:
    argv = [sys.executable, "-c", "print(flush=True); input()"]
    process = Process("sleeper", argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdout.readline()
    assert process.running()
    assert process.memory() > 1
    assert process.stop().memory > 1
    assert not process.running()
    assert process.stop().name == "sleeper"
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)
