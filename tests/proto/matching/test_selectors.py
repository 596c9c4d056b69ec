"""Reading label selectors: random ones mean what they were written from."""

from hypothesis import given
from hypothesis import strategies as st

from proto.matching.selectors import parse

SPACE = st.sampled_from(["", " ", "\t "])
KEYS = st.sampled_from(["a", "b", "k8s:a", "any:b", "app.io/a", "in", "notin"])
VALUES = st.sampled_from(["", "x", "in", "notin", "1", "2", "a.b-c_d"])
OPERATORS = st.sampled_from(["=", "==", "!=", "in", "notin", "<", ">", "!", ""])


def term(operator: str, key: str, values: list[str], *, space: str) -> str:
    if operator in ("in", "notin"):
        listed = f"{space},{space}".join(values)
        return f"{key} {operator}{space}({space}{listed}{space})"
    if operator == "!":
        return f"!{space}{key}"
    if operator in ("<", ">"):
        return f"{key}{space}{operator}{space}1"
    return f"{key}{space}{operator}{space}{values[0]}" if operator else key


def holds(operator: str, values: list[str], value: str | None) -> bool:
    if operator in ("in", "=", "=="):
        return value in (values if operator == "in" else values[:1])
    if operator in ("notin", "!="):
        return value not in (values if operator == "notin" else values[:1])
    if operator in ("<", ">"):
        number = int(value) if value in ("1", "2") else None
        return number is not None and (number > 1 if operator == ">" else number < 1)
    return (value is None) is (operator == "!")


@given(
    st.lists(
        st.tuples(OPERATORS, KEYS, st.lists(VALUES, min_size=1, max_size=3)),
        min_size=1,
        max_size=3,
    ),
    SPACE,
    st.none() | VALUES,
)
def test_a_written_selector_is_read(
    terms: list[tuple[str, str, list[str]]], space: str, value: str | None
) -> None:
    text = f"{space},{space}".join(term(*each, space=space) for each in terms)
    read = parse(f"{space}{text}{space}")
    assert [(each.source, each.key) for each in read] == [
        tuple(key.split(":")) if ":" in key else ("any", key) for _, key, _ in terms
    ]
    assert [each.holds(value) for each in read] == [
        holds(operator, values, value) for operator, _, values in terms
    ]
