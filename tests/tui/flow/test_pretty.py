"""The JSON of a response for reading."""

import json

import pytest

from proto.escape import UNSAFE
from proto.jsonlines import to_json
from proto.observer_pb2 import GetFlowsResponse
from tests.factories import flow
from tests.hard_events import FLOWS
from tui.flow.pretty import pretty


def test_it_is_indented() -> None:
    shown = pretty(GetFlowsResponse(flow=flow(uuid="ü", l4=None)))
    assert shown.startswith('{\n  "flow": {\n    "time": "2025-10-13T16:30:59.023Z",\n')
    assert '"uuid": "ü"' in shown


@pytest.mark.parametrize("number", range(len(FLOWS)))
def test_it_says_the_same_and_is_safe(number: int) -> None:
    response = GetFlowsResponse(flow=FLOWS[number].flow)
    shown = pretty(response)
    assert json.loads(shown) == json.loads(to_json(response))
    assert not UNSAFE.search(shown.replace("\n", ""))
