"""CEL expressions."""

import pytest

from proto.flow_pb2 import DROPPED
from proto.matching.cel import LONGEST, expressions
from tests.factories import flow


@pytest.mark.parametrize(
    ("expression", "matches"),
    [
        ("_flow.verdict == Verdict.DROPPED", True),
        ("_flow.verdict == flow.Verdict.FORWARDED", False),
        ("_flow.source.pod_name.startsWith('client')", True),
        ("_flow.l4.TCP.destination_port == uint(8080)", True),
        ("has(_flow.l7)", False),
        ("_flow.l7.http.url == ''", True),
        ("!_flow.is_reply", True),
        ("_flow.source.labels.exists(l, l == 'a')", False),
    ],
)
def test_an_expression_sees_the_flow(expression: str, matches: bool) -> None:
    assert expressions([expression])(flow(verdict=DROPPED)) is matches


@pytest.mark.parametrize(
    "failing", ["1 / 0 == 1", "_flow.uuid.matches('(')", "_flow.extensions == null"]
)
def test_a_failure_ends_the_search(failing: str) -> None:
    assert not expressions([failing])(flow())
    assert not expressions([failing, "true"])(flow())
    assert expressions(["true", failing])(flow())


def test_an_expression_that_takes_too_long_fails() -> None:
    nested = "true"
    for depth in range(5):
        nested = f"[0,1,2,3,4,5,6,7,8,9].all(x{depth}, {nested})"
    assert not expressions([nested])(flow())
    assert not expressions([nested, "true"])(flow())


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("1 +", "Syntax error"),
        ("", "Syntax error"),
        ("\x1b", r"error at: '\^\["),
        ("1", "gives int, not bool"),
        ("_flow.uuid", "gives string, not bool"),
        ("dyn(true)", "gives dyn, not bool"),
        ("_flow.nosuch", "undefined field 'nosuch'"),
        ("nosuch", "undeclared reference"),
        ("_flow.l4.TCP.destination_port == 8080", "no matching overload"),
        ("true" + " " * LONGEST, "longer than"),
    ],
)
def test_what_is_no_expression_is_said_in_one_line(expression: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as refusal:
        expressions(["true", expression])
    assert "\n" not in str(refusal.value)
    assert repr(expression)[:30] in str(refusal.value)
