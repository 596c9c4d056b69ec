import csv
import io
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from observe.printers import CSV_COLUMNS, OUTPUTS, fields_shown, printer_for
from observe.printers.columns import COLUMNS
from observe.printers.style import COLOURED, Style
from proto.escape import UNSAFE
from proto.fieldmask import keep
from proto.flow_pb2 import Flow
from proto.jsonlines import parse
from proto.observer_pb2 import GetFlowsResponse
from tests.golden import check
from tests.hard_events import AGENT_EVENTS, DEBUG_EVENTS, FLOWS, LOSSES, NODES
from tests.messages import messages

PLAIN = Style(columns=CSV_COLUMNS)
STYLES = {
    "": PLAIN,
    "-full": replace(PLAIN, node_name=True, policy_names=True),
    "-bare": replace(PLAIN, translate=False, identities=False),
    "-colour": replace(PLAIN, palette=COLOURED, node_name=True, policy_names=True),
}
PRINTED = [name for name in OUTPUTS if name not in ("tab", "json")]
IN_WORDS = [name for name in PRINTED if OUTPUTS[name].words]
COLOURS = re.compile("\x1b\\[[0-9]+m")


def flows_printed(output: str, style: Style) -> str:
    printer = printer_for(output, style)
    losses = () if OUTPUTS[output].only_flows else LOSSES
    lines = [printer.flow(each) for each in FLOWS] + [printer.lost(each) for each in losses]
    return printer.opening() + "".join(lines) + printer.close()


def events_printed(output: str, style: Style) -> str:
    printer = printer_for(output, style)
    agents = "".join(map(printer.agent_event, AGENT_EVENTS)) + printer.close()
    printer = printer_for(output, style)
    return agents + "".join(map(printer.debug_event, DEBUG_EVENTS)) + printer.close()


def nodes_printed(output: str, style: Style) -> str:
    printer = printer_for(output, style)
    return "".join(map(printer.node_status, NODES))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("output", IN_WORDS)
def test_flows_look_as_they_did(output: str, style: str) -> None:
    check(f"printed/flows-{output}{style}", flows_printed(output, STYLES[style]).encode())


@pytest.mark.parametrize("output", ["jsonpb", "flow"])
def test_flows_in_json_look_as_they_did(output: str) -> None:
    check(f"printed/flows-{output}", flows_printed(output, PLAIN).encode())


@pytest.mark.parametrize("style", ["", "-full"])
@pytest.mark.parametrize("output", ["compact", "dict", "table"])
def test_agent_and_debug_events_look_as_they_did(output: str, style: str) -> None:
    check(f"printed/events-{output}{style}", events_printed(output, STYLES[style]).encode())


@pytest.mark.parametrize("output", ["compact", "dict", "jsonpb"])
def test_changes_of_nodes_look_as_they_did(output: str) -> None:
    shown = nodes_printed(output, replace(PLAIN, debug=True))
    check(f"printed/nodes-{output}", shown.encode())


@pytest.mark.parametrize("output", PRINTED)
def test_changes_that_nobody_need_know_are_left_out(output: str) -> None:
    printer = printer_for(output, PLAIN)
    assert [bool(printer.node_status(each)) for each in NODES] == [False, True, False, True, False]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("output", PRINTED)
def test_nothing_that_strangers_wrote_reaches_the_terminal(output: str, style: str) -> None:
    printed = flows_printed(output, STYLES[style]) + nodes_printed(output, STYLES[style])
    if output not in ("csv", "flow"):
        printed += events_printed(output, STYLES[style])
    assert not UNSAFE.search(COLOURS.sub("", printed).replace("\r\n", "").replace("\n", ""))


@pytest.mark.parametrize("output", ["compact", "table", "jsonpb", "flow", "csv"])
def test_a_flow_is_one_line_whatever_is_in_it(output: str) -> None:
    printer = printer_for(output, PLAIN)
    printed = printer.opening() + "".join(map(printer.flow, FLOWS)) + printer.close()
    headers = output in ("table", "csv")
    assert printed.count("\n") == len(FLOWS) + headers


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("output", IN_WORDS)
@settings(max_examples=25)
@given(sent=messages(Flow))
def test_a_mask_asks_for_all_that_is_shown(output: str, style: str, sent: Flow) -> None:
    chosen = STYLES[style]
    masked = keep(sent, fields_shown(output, chosen))
    shown = [_printed(output, chosen, each) for each in (sent, masked)]
    assert shown[0] == shown[1]


def _printed(output: str, style: Style, flow: Flow) -> str:
    printer = printer_for(output, style)
    return printer.flow(GetFlowsResponse(flow=flow)) + printer.close()


@pytest.mark.parametrize("output", ["jsonpb", "json", "flow"])
def test_what_shows_a_flow_whole_asks_for_all(output: str) -> None:
    assert fields_shown(output, PLAIN) == []


def test_names_are_not_asked_for_where_only_addresses_are_shown() -> None:
    paths = fields_shown("compact", replace(PLAIN, translate=False))
    assert not [path for path in paths if "pod_name" in path or "service" in path]
    assert "IP.source" in paths


@pytest.mark.parametrize("output", ["jsonpb", "flow"])
def test_json_lines_can_be_read_again(output: str) -> None:
    printer = printer_for(output, PLAIN)
    for each in FLOWS:
        if each.flow.time.seconds != 10**15:
            assert parse(printer.flow(each).encode()).flow == each.flow


def test_csv_can_be_read_by_others() -> None:
    style = replace(PLAIN, columns=(*COLUMNS, "uuid", "source.labels", "l7.http", "is_reply"))
    printer = printer_for("csv", style)
    text = printer.opening() + "".join(map(printer.flow, FLOWS))
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == list(style.columns)
    assert len(rows) == len(FLOWS) + 1
    assert {len(row) for row in rows} == {len(style.columns)}
    assert rows[-1][rows[0].index("summary")] == FLOWS[-1].flow.Summary


def test_csv_without_flows_has_a_header() -> None:
    assert printer_for("csv", PLAIN).opening() == ",".join(CSV_COLUMNS) + "\r\n"


def test_a_long_table_is_printed_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("observe.printers.table.ROWS", 4)
    printer: Any = printer_for("table", PLAIN)
    printed = [printer.flow(each) for each in FLOWS[:8]]
    assert [bool(part) for part in printed] == [
        False,
        False,
        True,
        False,
        False,
        False,
        True,
        False,
    ]
    lines = ("".join(printed) + printer.close()).splitlines()
    assert len(lines) == 9
    assert {line.index("from-endpoint") for line in lines[1:4]} == {lines[0].index("TYPE")}
