from hypothesis import given
from hypothesis import strategies as st

from tui.list.window import Window


def rows(start: int, end: int) -> list[bytes]:
    return [b"%d" % number for number in range(start, end)]


def taken(window: Window) -> list[bytes]:
    return [window[number] for number in range(window.first, window.end)]


def test_it_keeps_the_newest_and_their_numbers() -> None:
    window = Window(3, 10)
    window.offer(rows(0, 5))
    assert (window.take(), window.first, taken(window)) == (3, 0, rows(0, 3))
    assert (window.take(), window.first, taken(window)) == (2, 2, rows(2, 5))
    assert window[4] == b"4"


def test_what_is_kept_is_not_pushed_out() -> None:
    window = Window(3, 10)
    window.offer(rows(0, 3))
    window.take()
    window.offer(rows(3, 6))
    assert (window.take(keep=1), taken(window), window.behind) == (1, rows(1, 4), 2)
    assert window.take(keep=1) == 0


def test_what_finds_no_room_to_wait_is_counted() -> None:
    window = Window(3, 2)
    window.offer(rows(0, 5))
    assert (window.missing, window.behind, window.is_full) == (3, 5, True)
    window.take()
    window.offer(rows(5, 7))
    assert (window.missing, taken(window)) == (5, rows(0, 2))


def test_older_rows_go_before_the_first_without_those_that_are_there() -> None:
    window = Window(10)
    window.offer([b"b", b"b", b"c"])
    window.take()
    assert window.put_before([b"a", b"b", b"b", b"b"], keep=2) == 2
    assert (window.first, taken(window)) == (-2, [b"a", b"b", b"b", b"b", b"c"])


def test_newer_rows_make_room_for_older_ones_but_not_those_in_sight() -> None:
    window = Window(4)
    window.offer(rows(10, 14))
    window.take()
    window.offer(rows(14, 15))
    assert window.put_before(rows(5, 10), keep=1) == 2
    assert (taken(window), window.missing, window.behind) == (rows(8, 12), 3, 3)


def test_numbers_go_on_after_clearing() -> None:
    window = Window()
    window.offer(rows(0, 3))
    window.take()
    window.clear()
    window.offer(rows(3, 4))
    window.take()
    assert (window.first, window[3]) == (3, b"3")


@given(st.lists(st.tuples(st.sampled_from("otkp"), st.integers(0, 9)), max_size=30))
def test_it_is_bounded_and_in_order_whatever_happens(steps: list[tuple[str, int]]) -> None:
    window = Window(6, 4)
    came = 0
    for step, count in steps:
        if step == "o":
            window.offer(rows(came, came + count))
            came += count
        elif step == "t":
            window.take()
        elif step == "k":
            window.take(keep=window.first + count)
        elif len(window):
            first = int(taken(window)[0])
            window.put_before(rows(first - count, first), keep=window.first)
        numbers = [int(row) for row in taken(window)]
        assert len(numbers) <= 6
        assert numbers == [numbers[0] + index for index in range(len(numbers))]
        assert window.behind - window.missing <= 4
        if numbers and not window.missing:
            assert numbers[-1] + window.behind + 1 == came
