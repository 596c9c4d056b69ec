import subprocess
import sys
from pathlib import Path

import pytest

from observe.printers import CSV_COLUMNS, printer_for
from observe.printers.style import Style
from proto.timestamps import from_ns
from tests.commands import observe_process
from tests.factories import NOON_NS, event
from tests.feeding import feed_events
from tests.relays import RelayProcess

with_workers = pytest.mark.skipif(sys.platform != "linux", reason="only Linux copies a process")


def spreading(case: str) -> tuple[list[str], str]:
    """Run a case in a process of its own; give the lines that it prints, and its errors."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.observe.spreading", case],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.splitlines(), done.stderr


@with_workers
def test_batches_are_printed_elsewhere_and_stay_in_order() -> None:
    *lines, own = spreading("order")[0]
    assert [line.split()[0] for line in lines] == [str(number) for number in range(20)]
    printers = {line.split()[-1] for line in lines}
    assert len(printers) == 2
    assert own.split()[-1] not in printers


@with_workers
def test_what_came_before_a_failure_is_printed() -> None:
    lines, _ = spreading("failure")
    assert [line.split()[0] for line in lines] == ["0", "1", "2", "failed"]


@with_workers
def test_a_worker_that_is_gone_is_an_error_of_one_line() -> None:
    lines, stderr = spreading("killed")
    assert lines == ["a process that prints ended with status -9"]
    assert stderr == ""


def test_what_is_no_flow_is_shown_and_noted() -> None:
    lines, stderr = spreading("counts")
    assert [line.split(" of ")[0] for line in lines] == [
        "1",
        "stored 7 0",
        "shown 1 missing 9 False",
    ]
    assert "EVENTS LOST" in stderr
    assert "9 nodes are unavailable" in stderr


@with_workers
def test_one_core_has_no_workers() -> None:
    assert spreading("cores")[0] == ["0"]


@pytest.mark.parametrize("output", ["compact", "jsonpb", "flow", "csv"])
def test_thousands_of_flows_are_printed_as_one_is(output: str, tmp_path: Path) -> None:
    events = [
        event(uuid=str(n), time=from_ns(NOON_NS + n), Summary=f"flow {n}") for n in range(6000)
    ]
    with RelayProcess(tmp_path) as relay:
        feed_events(relay.address, events)
        with observe_process("--all", "-o", output, "--server", relay.address) as process:
            out, err = process.communicate(timeout=60)
    printer = printer_for(output, Style(columns=CSV_COLUMNS))
    expected = printer.opening() + "".join(map(printer.flow, events))
    assert (process.returncode, err) == (0, b"")
    if output == "csv":  # its times are written in full
        assert out.count(b"\r\n") == 6001
        assert out.decode().splitlines()[0] == expected.splitlines()[0]
    else:
        assert out.decode() == expected


def test_a_reader_that_has_enough_ends_it(tmp_path: Path) -> None:
    with RelayProcess(tmp_path) as relay:
        feed_events(relay.address, [event(uuid=str(n)) for n in range(6000)])
        with observe_process("--all", "--server", relay.address) as process:
            assert process.stdout
            assert process.stderr
            assert process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == b""  # which workers have open, too
            assert process.wait(60) == 0
