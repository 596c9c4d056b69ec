from itertools import count

from proto.memo import EACH, ROOM, Memo


def test_a_text_is_made_once() -> None:
    numbers = count()
    memo = Memo(lambda key: f"{key}{next(numbers)}")
    assert [memo["a"], memo["b"], memo["a"]] == ["a0", "b1", "a0"]


def test_what_is_kept_is_bounded() -> None:
    memo = Memo(lambda key: "x" * 10_000)
    most = ROOM // (10_000 + EACH)
    sizes = [len(memo) for key in range(2 * most) if memo[key]]
    assert max(sizes) <= most
    assert len(memo) > 0


def test_a_text_that_is_too_long_is_given_and_not_kept() -> None:
    memo = Memo(lambda key: "x" * (ROOM + 1))
    assert len(memo["k"]) == ROOM + 1
    assert not memo
