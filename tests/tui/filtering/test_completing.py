import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.filtering.completing import OFFERED, candidates, completed, place

PODS = ("kube-system/dns-1", "shop/cart-1", "shop/web-2")


def values(field: str) -> tuple[str, ...]:
    return {"pod": PODS, "node_name": ("node 1",)}.get(field, ())


def offered(text: str) -> list[str]:
    return [each.word for each in candidates(place(text, len(text)), values)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("--fr", "--from-pod"),
        ("pod", "--pod"),
        ("--verdict ", "FORWARDED"),
        ("--verdict dr", "DROPPED"),
        ("--verdict=err", "ERROR"),
        ("--not --po", "--pod"),
        ("--reply --verd", "--verdict"),
        ("--from-pod ", "kube-system/dns-1"),
        ("--from-pod ca", "shop/cart-1"),
        ("--from-pod 'shop/w", "shop/web-2"),
        ("-t tra", "trace"),
        ("--no", "--not"),
    ],
)
def test_what_fits_best_is_offered_first(text: str, first: str) -> None:
    assert offered(text)[0] == first


@pytest.mark.parametrize("text", ["--http-path ", "--verdict DROPPED", "--uuid x", "zzz"])
def test_nothing_is_offered_where_nothing_is_known(text: str) -> None:
    assert offered(text) == []


def test_not_too_many_are_offered() -> None:
    assert len(offered("")) == OFFERED


@pytest.mark.parametrize(
    ("text", "cursor", "word", "becomes", "then"),
    [
        ("--fr", 4, "--from-pod", "--from-pod ", 11),
        ("--verdict=dr", 12, "DROPPED", "--verdict=DROPPED ", 18),
        ("--node-name ", 12, "node 1", "--node-name 'node 1' ", 21),
        ("--pod ca --reply", 8, "shop/cart-1", "--pod shop/cart-1 --reply", 18),
    ],
)
def test_a_word_is_put_in_place(text: str, cursor: int, word: str, becomes: str, then: int) -> None:
    assert completed(place(text, cursor), word) == (becomes, then)


@given(st.text(), st.integers(0, 30), st.sampled_from([*PODS, "a b", "it's"]))
def test_any_text_can_be_completed(text: str, cursor: int, word: str) -> None:
    where = place(text, min(cursor, len(text)))
    candidates(where, values)
    whole, then = completed(where, word)
    assert whole[:then].endswith(f"{shlex.quote(word)} ")
