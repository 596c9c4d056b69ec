"""The filter of a connection, as typed."""

from typing import Any

import pytest

from proto.hops import in_order
from proto.observer_pb2 import GetFlowsResponse
from tests.factories import flow
from tui.filtertext import FilterText
from tui.flow.words import words


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "--protocol tcp --ip 10.0.0.1 --port 45004"),
        ({"is_reply": {"value": True}}, "--protocol tcp --ip 10.0.0.2 --port 8080"),
        (
            {"is_reply": None},
            "--protocol tcp --from-ip 10.0.0.1 --to-ip 10.0.0.2 --from-port 45004 --to-port 8080",
        ),
        ({"l4": {"ICMPv4": {}}}, "--protocol icmpv4 --from-ip 10.0.0.1 --to-ip 10.0.0.2"),
        ({"l4": {}}, "--from-ip 10.0.0.1 --to-ip 10.0.0.2"),
        ({"IP": {}}, ""),
        ({"IP": {"source": "$(x); [/b]", "destination": "10.0.0.2"}}, ""),
    ],
)
def test_it_selects_the_flow(fields: dict[str, Any], text: str) -> None:
    from proto.filters import predicate

    response = GetFlowsResponse(flow=flow(**fields))
    [hop] = in_order([response], response, ())
    assert words(hop) == text
    if text:
        read = FilterText.read(text)
        keeps = predicate(read.allow, read.deny)
        assert keeps is not None
        assert keeps(response.flow)
