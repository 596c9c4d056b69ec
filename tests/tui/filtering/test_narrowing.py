import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto.filters import predicate
from proto.flow_pb2 import Flow
from tests.factories import flows
from tui.filtering.narrowing import Words, narrowed, without
from tui.filtertext import FilterText
from tui.list.cellfilters import WORDS, words_of


@pytest.mark.parametrize(
    ("text", "words", "becomes"),
    [
        ("", ("--verdict", "DROPPED"), "--verdict DROPPED"),
        ("--verdict DROPPED", ("--verdict", "ERROR"), "--verdict ERROR"),
        ("--reply", ("--reply=false",), "--reply=false"),
        ("--not --port 53", ("--port", "80"), "--not --port 53 --port 80"),
        ("--port=53 --reply", ("--from-pod", "a b/c"), "--port 53 --reply --from-pod 'a b/c'"),
    ],
)
def test_a_flag_takes_the_place_of_the_same_flag(text: str, words: Words, becomes: str) -> None:
    assert narrowed(text, words) == becomes


@pytest.mark.parametrize(
    ("text", "words", "becomes"),
    [
        ("", ("--port", "53"), "--not --port 53"),
        ("--not --port 53", ("--port", "80"), "--not --port 53 --not --port 80"),
        ("--not --port 53", ("--reply",), "--not --port 53 --denylist '{\"reply\":[true]}'"),
    ],
)
def test_a_second_field_is_left_out_by_a_list_of_its_own(
    text: str, words: Words, becomes: str
) -> None:
    assert without(text, words) == becomes


def shown(text: str, flow: Flow) -> bool:
    filters = FilterText.read(text)
    let_through = predicate(filters.allow, filters.deny)
    return let_through is None or let_through(flow)


CELLS = st.tuples(flows(), st.sampled_from(sorted(WORDS)))


@given(st.lists(CELLS, max_size=4))
def test_whatever_was_left_out_stays_out(cells: list[tuple[Flow, str]]) -> None:
    text = ""
    gone: list[Flow] = []
    for flow, column in cells:
        if words := words_of(column, flow):
            text = without(text, words)
            gone.append(flow)
    assert not any(shown(text, flow) for flow in gone)


@given(flows(), st.lists(st.sampled_from(sorted(WORDS)), max_size=4))
def test_the_flow_whose_cells_are_chosen_is_still_shown(flow: Flow, columns: list[str]) -> None:
    text = ""
    for column in columns:
        if words := words_of(column, flow):
            text = narrowed(text, words)
    assert shown(text, flow)
