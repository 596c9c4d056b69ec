"""Matching whole flows by CEL, the Common Expression Language (https://cel.dev). Its runtime is
loaded with the first expression.

An expression sees the flow as `_flow`, and names such as `Verdict.DROPPED` in the package `flow`.
It must give a boolean; one that fails on a flow, or gives none, ends the search through the
alternatives: the flow does not match.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from proto.escape import escape
from proto.flow_pb2 import Flow
from proto.matching.regexes import MOST_EXPRESSIONS, at_most

if TYPE_CHECKING:
    from cel_expr_python import cel

LONGEST = 4_096
"""Characters that an expression may have; its runtime bounds the iterations that it may take."""


def expressions(values: Sequence[str]) -> Callable[[Flow], bool]:
    """Match a flow for which one of the expressions is true."""
    at_most(MOST_EXPRESSIONS, values)
    compiled = [_compiled(value) for value in values]

    def matches(flow: Flow) -> bool:
        for expression in compiled:
            result = _evaluated(expression, flow)
            if not isinstance(result, bool):
                return False
            if result:
                return True
        return False

    return matches


def _evaluated(expression: "cel.Expression", flow: Flow) -> object:
    """Give what an expression makes of a flow: of a failure, its text or None."""
    try:
        return expression.eval(data={"_flow": flow}).plain_value()
    except RuntimeError:  # its budget of iterations is spent: that it raises
        return None


def _compiled(value: str) -> "cel.Expression":
    if len(value) > LONGEST:
        raise ValueError(f"{value[:40]!r}… is longer than {LONGEST} characters")
    from cel_expr_python import cel

    try:
        expression = _environment().compile(value)
    except RuntimeError as error:
        raise ValueError(f"{value!r} is not a CEL expression: {_reason(error)}") from None
    if expression.return_type() != cel.Type.BOOL:
        kind = expression.return_type().name().lower()
        raise ValueError(f"{value!r} gives {kind}, not bool")
    return expression


def _reason(error: RuntimeError) -> str:
    said = str(error).partition("\n")[0]
    return escape(said.removeprefix("INVALID_ARGUMENT: ").removeprefix("ERROR: "))


@cache
def _environment() -> "cel.Env":
    from cel_expr_python import cel
    from google.protobuf import descriptor_pool

    return cel.NewEnv(
        descriptor_pool=descriptor_pool.Default(),
        variables={"_flow": cel.Type("flow.Flow")},
        container="flow",
    )
