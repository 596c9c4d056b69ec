import asyncio
from pathlib import Path

from tests.commands import lines_file, observe
from tests.factories import event
from tests.hard_events import FLOWS
from tests.relays import running_relay, store


async def test_a_relay_says_what_it_looked_at(tmp_path: Path) -> None:
    async with running_relay(tmp_path) as relay:
        empty = await asyncio.to_thread(observe, "--server", relay.address)
        await store(relay.address, [event(uuid=str(n)) for n in range(3)])
        result = await asyncio.to_thread(observe, "--server", relay.address, "--uuid", "nope")
        shown = await asyncio.to_thread(observe, "--server", relay.address, "--uuid", "2")
    assert empty.stderr.startswith("nothing matched; the relay holds no flows yet")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        "nothing matched; 3 of 3 flows were looked at, the relay holds those "
        "from 2025-10-13T16:30:59.023Z to 2025-10-13T16:30:59.023Z\n"
    )
    assert (shown.stdout.count("\n"), shown.stderr) == (1, "")


async def test_a_relay_answers_as_a_file_does(tmp_path: Path) -> None:
    events = [each for each in FLOWS if each.flow.time.seconds == FLOWS[0].flow.time.seconds]
    path = lines_file(tmp_path, events)
    async with running_relay(tmp_path) as relay:
        await store(relay.address, events)
        for output in ("compact", "dict", "table", "csv", "jsonpb", "flow"):
            options = ("-o", output, "--all", "--print-node-name", "--print-policy-names")
            told = await asyncio.to_thread(observe, "--server", relay.address, *options)
            read = observe("--input-file", path, *options)
            assert sorted(told.stdout.splitlines()) == sorted(read.stdout.splitlines())
