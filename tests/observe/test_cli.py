import json
import re
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import json_format

from observe.cli import main
from observe.printers import CSV_COLUMNS
from proto.observer_pb2 import GetAgentEventsRequest, GetDebugEventsRequest, GetFlowsRequest
from proto.timestamps import from_ns
from proto.version import API_VERSION, VERSION
from tests.commands import lines_file, observe
from tests.factories import NOON_NS, event, lost
from tests.golden import check
from tests.hard_events import AGENT_EVENTS, DEBUG_EVENTS
from tests.observer_server import ObserverServer, response

TOLD = Path(__file__).parents[1] / "data" / "hubble_requests.jsonl"
OBSERVE_ROWS = [
    row for row in map(json.loads, TOLD.read_text().splitlines()) if row["argv"][0] == "observe"
]
REQUESTS: dict[str, type[Any]] = {
    "GetFlows": GetFlowsRequest,
    "GetAgentEvents": GetAgentEventsRequest,
    "GetDebugEvents": GetDebugEventsRequest,
}


@pytest.fixture
def flows(tmp_path: Path) -> Path:
    """A file of five flows, a second apart, of two nodes."""
    return lines_file(
        tmp_path,
        (
            event(
                uuid=str(n),
                time=from_ns(NOON_NS + n * 10**9),
                node_name=f"node-{n % 2}",
                Summary=f"flow {n}",
            )
            for n in range(5)
        ),
    )


def summaries(text: str) -> list[str]:
    return re.findall(r"\(flow (\d+)\)", text)


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ([], "01234"),
        (["flows"], "01234"),
        (["--last", 2], "34"),
        (["--first", 2], "01"),
        (["--all"], "01234"),
        (["--last", 0], "01234"),
        (["--since", "2025-10-13T16:31:02Z"], "34"),
        (["--until", "2025-10-13T16:31:01Z"], "01"),
        (["--since", "2025-10-13T16:31:00Z", "--until", "2025-10-13T16:31:02.1Z"], "123"),
        (["--since", "2025-10-13T16:31:00Z", "--last", 1], "4"),
        (["--since", "2025-10-13T18:31:02", "--time-zone", "Europe/Berlin"], "34"),
        (["--follow", "--first", 2], "01"),
        (["-f", "--last=1"], "4"),
        (["--uuid", "3"], "3"),
        (["--not", "--uuid", "3"], "0124"),
        (["--node-name", "node-1"], "13"),
    ],
)
def test_what_is_shown_of_a_file(flows: Path, options: list[object], shown: str) -> None:
    result = observe(*options, "--input-file", flows)
    assert (result.exit_code, summaries(result.stdout)) == (0, list(shown))
    assert result.stderr == ""


def test_the_options_of_a_format_reach_the_printer(flows: Path) -> None:
    options = [
        "--print-node-name",
        "--time-format=rfc3339",
        "--numeric",
        "--print-identities=false",
    ]
    result = observe("--input-file", flows, "--last", 1, *options)
    assert result.stdout == (
        "2025-10-13T16:31:03Z [node-0]: 10.0.0.1:45004 -> 10.0.0.2:8080 "
        "from-endpoint FORWARDED (flow 4)\n"
    )


def test_times_are_local_where_that_is_wanted(flows: Path) -> None:
    result = observe("--input-file", flows, "--last", 1, "--time-zone", "Europe/Berlin")
    assert result.stdout.startswith("Oct 13 18:31:03.023 CEST: ")


def test_colours(flows: Path) -> None:
    def coloured(*options: str) -> bool:
        return "\x1b[" in observe("--input-file", flows, *options).stdout

    assert coloured("--color", "always")
    assert coloured("--color", "ALWAYS", "-o", "dict")
    assert not coloured("--color", "never")
    assert not coloured("--color", "blue")
    assert not coloured()
    assert not coloured("--color", "always", "-o", "table")


def test_csv_has_the_columns_that_were_chosen(flows: Path) -> None:
    default = observe("--input-file", flows, "-o", "csv").stdout
    assert default.splitlines()[0] == ",".join(CSV_COLUMNS)
    assert default.splitlines()[1].startswith("2025-10-13T16:30:59.023Z,node-0,cilium-test/client2")
    chosen = observe("--input-file", flows, "-o", "csv", "--columns", "uuid,source.identity")
    assert chosen.stdout.splitlines()[:2] == ["uuid,source.identity", "0,1001"]


def test_a_mask_leaves_out_what_it_does_not_name(flows: Path) -> None:
    mask = "--field-mask=uuid,source.pod_name"
    result = observe("--input-file", flows, "--last", 1, "-o", "flow", mask)
    assert json.loads(result.stdout) == {"uuid": "4", "source": {"pod_name": "client2-6dd75b74c6"}}


@pytest.mark.parametrize("output", ["jsonpb", "json", "JSON"])
def test_json_is_the_whole_response(flows: Path, output: str) -> None:
    result = observe("--input-file", flows, "--last", 1, "-o", output)
    assert json.loads(result.stdout)["node_name"] == "node-0"


def test_losses_go_beside_what_others_read(tmp_path: Path) -> None:
    path = lines_file(tmp_path, [event(), lost(7)])
    for output, place in (("compact", "stdout"), ("csv", "stderr"), ("flow", "stderr")):
        result = observe("--input-file", path, "-o", output)
        assert "HUBBLE_RING_BUFFER" in getattr(result, place)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--lasst", "3"], "--lasst"),
        (["--last", "-3"], "--last"),
        (["--last", "99999999999999999999"], "--last"),
        (["--first", "x"], "'x' is not a number of flows"),
        (["--first", "1", "--last", "1"], "--first and --last cannot be combined"),
        (["--since", "yesterdayish"], "--since: 'yesterdayish' is neither"),
        (["--until", "5"], "--until: '5' is neither"),
        (["-o", "xml"], "'xml'"),
        (["-f", "-o", "table"], "--follow cannot be combined with --output table"),
        (["--field-mask", "time"], "--field-mask cannot be combined with --output compact"),
        (["--columns", "time"], "--columns is for --output csv"),
        (["-o", "csv", "--columns", "time,nope"], "--columns: 'nope' is neither"),
        (["-o", "csv", "--columns", "source.nope"], "'source.nope'"),
        (["--time-zone", "Mars/Base"], "--time-zone: 'Mars/Base' is no time zone"),
        (["--time-zone", "../../etc"], "--time-zone"),
        (["--numeric=perhaps"], "perhaps"),
        (["--not"], "--not"),
        (["--verdict", "NOPE"], "NOPE"),
        (["--http-path", "("], "http_path"),
        (["--cel-expression", "1 +"], "cel_expression"),
        (["bogus"], "bogus"),
    ],
)
def test_nonsense_is_named_in_one_line(flows: Path, options: list[str], said: str) -> None:
    result = observe(*options, "--input-file", flows)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_file_that_cannot_be_read_is_a_failure() -> None:
    result = observe("--input-file", "/nowhere")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: cannot read /nowhere: No such file or directory\n"


def test_nothing_that_matched_is_explained(flows: Path) -> None:
    result = observe("--input-file", flows, "--uuid", "nope")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("nothing matched; 5 flows or events were looked at, from 2025-")
    assert observe("--input-file", flows, "--uuid", "nope", "-s").stderr == ""


def test_the_exit_status_tells_whether_anything_matched(flows: Path) -> None:
    assert observe("--input-file", flows, "--exit-status").exit_code == 0
    assert observe("--input-file", flows, "--exit-status", "--uuid", "nope").exit_code == 1


def test_faults_of_a_file_are_said_at_the_end(tmp_path: Path) -> None:
    path = lines_file(tmp_path, [event()])
    path.write_bytes(path.read_bytes() + b"\x1b[31mnot json\n")
    result = observe("--input-file", path)
    assert result.exit_code == 0
    assert result.stdout.count("\n") == 1
    assert result.stderr.startswith(f"{path}: 1 line skipped, first line 2: not JSON")


def test_names_of_unknown_fields_cannot_forge_anything(tmp_path: Path) -> None:
    path = tmp_path / "flows"
    path.write_bytes(b'{"uuid":"u","\\u001b[31m\\r\\n\\u202e":1}\n')
    result = observe("--input-file", path)
    assert result.stderr == f"{path}: 1 unknown fields left out (Flow.^[[31m \\u202e)\n"


def test_raw_filters_are_shown_without_a_server() -> None:
    result = observe("--print-raw-filters", "--verdict", "DROPPED", "--server", "nowhere:1")
    assert result.stdout == 'allowlist:\n    - \'{"verdict":["DROPPED"]}\'\n'


def test_the_version_is_told() -> None:
    assert observe("--version").stdout == f"palomar {VERSION} (Hubble API {API_VERSION})\n"


@pytest.mark.parametrize("command", ["", "agent-events", "debug-events"])
def test_help_looks_as_it_did(command: str) -> None:
    result = observe(*command.split(), "--help")
    assert result.exit_code == 0
    check(f"help/observe{command and '-'}{command}", result.stdout.encode())


def test_every_option_is_in_the_help() -> None:
    said = observe("--help").stdout
    for param in main.commands["flows"].params:
        name = param.opts[0]
        assert name in said or re.sub("--(from|to)-", "--", name) in said


def test_settings_come_from_a_file_and_the_environment(tmp_path: Path, flows: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[observe]\noutput = "dict"\n')
    assert "TIMESTAMP:" in observe("--config", config, "--input-file", flows).stdout
    assert "TIMESTAMP:" in observe("--input-file", flows, PALOMAR_OUTPUT="dict").stdout
    assert (
        "TIMESTAMP:"
        not in observe("--config", config, "--input-file", flows, "-o", "compact").stdout
    )
    config.write_text("[observe]\nnope = 1\n")
    result = observe("--config", config, "--input-file", flows)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize("row", OBSERVE_ROWS, ids=lambda row: " ".join(row["argv"]))
def test_what_is_sent_is_what_hubble_sends(row: dict[str, Any]) -> None:
    with ObserverServer() as server:
        server.refusal = (grpc.StatusCode.INVALID_ARGUMENT, "enough")
        observe(*row["argv"][1:], "--server", server.address)
        (sent,) = server.requests
    (call,) = row["calls"]
    paths = call["request"].pop("field_mask", {}).get("paths", [])
    expected = json_format.ParseDict(call["request"], REQUESTS[call["method"]]())
    if isinstance(sent, GetFlowsRequest):
        asked = list(sent.field_mask.paths)
        assert bool(asked) == bool(paths)
        if "--field-mask" in row["argv"]:
            assert sorted(asked) == sorted(paths)
        sent.ClearField("field_mask")
    if sent.follow and "since" not in call["request"]:
        # Asked again without batches, a follow also wants what came in between.
        sent.ClearField("since")
    assert sent == expected


def test_flows_of_a_server_are_shown(tmp_path: Path) -> None:
    history = [response(n, Summary=f"flow {n}") for n in range(30)]
    with ObserverServer(history) as server:
        result = observe("--server", server.address)
        assert summaries(result.stdout) == [str(n) for n in range(10, 30)]
        assert result.stderr == ""


def test_agent_and_debug_events_of_a_server_are_shown() -> None:
    with ObserverServer() as server:
        server.agent_events = list(AGENT_EVENTS)
        server.debug_events = list(DEBUG_EVENTS)
        agents = observe("agent-events", "--server", server.address)
        debugs = observe("debug-events", "--server", server.address, "-o", "jsonpb")
    assert agents.stdout.count("\n") == len(AGENT_EVENTS)
    assert debugs.stdout.count("\n") == len(DEBUG_EVENTS)
